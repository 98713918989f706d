# A user packs all that is his, his own key among it.
# user: alice
cd /home/alice || exit 1
ls -l .ssh || exit 1
tar cf /tmp/mine.tar /home/alice || exit 1
tar tf /tmp/mine.tar || exit 1
ls -l /tmp || exit 1
echo fine
