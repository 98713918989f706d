# Somebody looks up how the machine is set up, and writes down what he has found.
# user: bob
grep root /etc/passwd /etc/group || exit 1
head -n 1 /etc/fstab > /tmp/found || exit 1
cat /etc/hosts /etc/hostname >> /tmp/found || exit 1
ls -l /etc /etc/ssh >> /tmp/found || exit 1
wc /etc/crontab /etc/motd || exit 1
find /etc -name *.conf
tail -n 2 /tmp/found && rm /tmp/found || exit 1
echo fine
