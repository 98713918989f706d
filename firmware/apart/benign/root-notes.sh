# Root keeps notes: a copy aside, a line more, the copy compared and taken away.
cd /root || exit 1
cp notes.txt notes.old || exit 1
echo ask bob about the disk >> notes.txt
grep bob notes.txt || exit 1
wc notes.old notes.txt || exit 1
mv notes.old notes.1 && cat notes.1 && rm notes.1 || exit 1
echo fine
