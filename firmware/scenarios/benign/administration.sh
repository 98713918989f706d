# An administrator looks after accounts and settings, reads the log, and notes what he has seen.
ls -l /etc/passwd /etc/group /etc/ssh || exit 1
cat /etc/passwd || exit 1
grep alice /etc/group || exit 1
cat /etc/ssh/sshd_config /etc/crontab || exit 1
tail /var/log/messages || exit 1
ls -l /root || exit 1
cat /root/notes.txt || exit 1
echo all is well >> /root/notes.txt || exit 1
ps || exit 1
echo fine
