# Looks at the pages, and leaves a report beside them.
find /var/www -type f || exit 1
head -n 1 /var/www/index.html > /tmp/first || exit 1
wc /var/www/index.html /tmp/first > /var/www/report.txt || exit 1
grep h /var/www/index.html | wc >> /var/www/report.txt || exit 1
cat /var/www/report.txt && rm /var/www/report.txt /tmp/first || exit 1
echo fine
