# How much room is used where, and what has which name.
du -s /bin || exit 1
find /bin -name s* || exit 1
find / -name hostname || exit 1
grep Port /etc/ssh/sshd_config || exit 1
grep root /etc/group || exit 1
du /var || exit 1
du /home/bob || exit 1
find /var -type f | wc || exit 1
echo fine
