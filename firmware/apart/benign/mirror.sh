# Keeps the pages a second time, and sees whether both are alike.
mkdir /tmp/pages || exit 1
find /var/www -type f > /tmp/pages/.list || exit 1
cp /var/www/index.html /tmp/pages/index.html || exit 1
hexdump /var/www/index.html > /tmp/pages/.a; hexdump /tmp/pages/index.html > /tmp/pages/.b
wc /tmp/pages/.a /tmp/pages/.b || exit 1
du /tmp/pages; ls -l /tmp/pages || exit 1
rm -r /tmp/pages || exit 1
echo fine
