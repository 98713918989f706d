# Text taken apart and counted, by pipelines.
# user: alice
cat /etc/passwd | grep home | wc || exit 1
head -n 2 /etc/group | tail -n 1 || exit 1
cat /etc/hosts /etc/motd | grep -v local | wc || exit 1
echo apples > /tmp/basket; echo pears >> /tmp/basket; echo apples >> /tmp/basket
grep apples /tmp/basket || exit 1
cat /tmp/basket | grep pears | hexdump || exit 1
wc /home/alice/todo.txt || exit 1
rm /tmp/basket || exit 1
echo fine
