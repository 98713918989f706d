# A user packs his things, unpacks them elsewhere, and compares.
# user: alice
cd /home/alice || exit 1
mkdir letters || exit 1
echo dear bob > letters/1; echo dear mum > letters/2; cp todo.txt letters/3
tar cf /tmp/letters.tar letters || exit 1
mkdir /tmp/copy && cd /tmp/copy || exit 1
tar xf /tmp/letters.tar || exit 1
cat letters/1 letters/2 | grep dear || exit 1
find /tmp/copy || exit 1
cd /; rm -r /tmp/copy /tmp/letters.tar || exit 1
rm -r /home/alice/letters || exit 1
echo fine
