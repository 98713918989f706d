# A long session of somebody who looks round, tries, writes, and tidies up.
id; uname; uptime
cd /home/bob || exit 1
ls -l; pwd
cat todo.txt || exit 1
echo buy bread >> todo.txt
grep buy todo.txt || exit 1
mkdir notes && cd notes || exit 1
echo first > a; echo second > b; echo third > c
cat a b c > all; wc all
cp all all.old; mv all.old old; ls
ln -s all latest; cat latest; rm latest
ps; ls /proc
cat /etc/hostname /etc/motd; head -n 1 /etc/passwd
find . ; du .
sleep 1; uptime
cat all | grep second | wc
cd ..; rm -r notes || exit 1
ls -l /tmp; id
tail -n 1 todo.txt || exit 1
echo fine
