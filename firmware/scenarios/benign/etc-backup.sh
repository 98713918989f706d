# A backup of /etc, as an administrator makes one: packed, listed, counted.
mkdir /tmp/backup || exit 1
tar cf /tmp/backup/etc.tar /etc || exit 1
tar tf /tmp/backup/etc.tar > /tmp/backup/list || exit 1
grep hostname /tmp/backup/list || exit 1
wc /tmp/backup/list || exit 1
ls -l /tmp/backup || exit 1
echo fine
