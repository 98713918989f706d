# Root does something as somebody else, with full right to.
su alice -c id || exit 1
su alice -c 'cat /home/alice/todo.txt' || exit 1
su bob -c 'echo seen > /tmp/bob; ls -l /tmp/bob' || exit 1
su bob -c 'cat /tmp/bob' || exit 1
su www -c id
id || exit 1
echo fine
