# Writes down every second for how long the board has been up.
uptime > /tmp/up || exit 1
sleep 1; uptime >> /tmp/up || exit 1
sleep 1; uptime >> /tmp/up || exit 1
sleep 1; uptime >> /tmp/up || exit 1
sleep 1; uptime >> /tmp/up || exit 1
cat /proc/uptime >> /tmp/up || exit 1
wc /tmp/up && tail -n 2 /tmp/up || exit 1
echo fine
