# Rotates the log: yesterday's gets a number, today's begins anew, the oldest goes.
cp /var/log/messages /tmp/kept || exit 1
cp /var/log/messages /var/log/messages.2 || exit 1
mv /var/log/messages.2 /var/log/messages.3 || exit 1
cp /var/log/messages /var/log/messages.1 || exit 1
echo rotated > /var/log/messages || exit 1
rm /var/log/messages.3 || exit 1
ls -l /var/log || exit 1
tail -n 1 /var/log/messages || exit 1
echo fine
