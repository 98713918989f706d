# A user makes sure that his key is there, and how long it is.
# user: alice
cd /home/alice || exit 1
ls -l .ssh || exit 1
wc .ssh/id_ed25519 || exit 1
echo fine
