# Somebody makes a tree of his own, and deletes it again.
# user: bob
cd /home/bob || exit 1
mkdir work work/a work/a/b work/c || exit 1
echo one > work/a/1; echo two > work/a/b/2; echo three > work/c/3
cp todo.txt work/c/todo || exit 1
find work || exit 1
rm -r work/a || exit 1
ls work || exit 1
rm -r work || exit 1
ls -l || exit 1
echo fine
