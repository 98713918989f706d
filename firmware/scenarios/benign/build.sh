# What a build does: sources, a step for each, objects put together, tried, installed.
mkdir /tmp/src /tmp/obj || exit 1
echo 'int a;' > /tmp/src/a.c
echo 'int b;' > /tmp/src/b.c
echo 'int main;' > /tmp/src/c.c
grep int /tmp/src/a.c > /tmp/obj/a.o || exit 1
grep int /tmp/src/b.c > /tmp/obj/b.o || exit 1
grep int /tmp/src/c.c > /tmp/obj/c.o || exit 1
cat /tmp/obj/a.o /tmp/obj/b.o /tmp/obj/c.o > /tmp/obj/all || exit 1
wc /tmp/obj/all || exit 1
hexdump /tmp/obj/all | head -n 2 || exit 1
mkdir /tmp/dist && cp /tmp/obj/all /tmp/dist/all || exit 1
rm -r /tmp/obj /tmp/src || exit 1
ls -l /tmp/dist || exit 1
echo fine
