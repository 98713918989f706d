# A listing of all that there is, and of some folders in detail.
find / > /tmp/all || exit 1
wc /tmp/all || exit 1
ls -l / /etc /bin /home /var || exit 1
find /etc -type f || exit 1
find /var || exit 1
du -s /home /var /etc || exit 1
echo fine
