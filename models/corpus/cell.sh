#!/bin/sh
# A cell for one run: a private root with nothing of this machine in it but /usr and the package database,
# both read-only.  Called by record.py under `unshare --mount --pid --fork --net --uts --ipc`; standard output
# receives the log, standard error what the program printed.
#
#   cell.sh TEMPLATE STAGE WORKDIR USER CHECKPOINT COMMAND...
#
# TEMPLATE is copied over the new root; STAGE/files into WORKDIR; COMMAND runs there as USER under strace.
set -eu
template=$1 stage=$2 workdir=$3 user=$4 checkpoint=$5
shift 5

hostname host
ip link set lo up 2>/dev/null || true
mount --make-rprivate /
root=$stage/root
mkdir -p "$root"
mount -t tmpfs -o mode=755 tmpfs "$root"
cd "$root"
mkdir -p usr proc sys dev run mnt opt media boot var/lib/dpkg var/lib/apt var/cache/apt var/tmp tmp
for directory in bin sbin lib lib64; do ln -s "usr/$directory" "$directory"; done
for directory in usr var/lib/dpkg var/lib/apt var/cache/apt; do
    mount --bind "/$directory" "$directory"
    mount -o remount,bind,ro "$directory"
done
# Add-ons of the recording machine: its own tools and Python packages load at every start and would show.
for directory in usr/local usr/lib/python3/dist-packages; do mount -t tmpfs -o mode=755,ro tmpfs "$directory"; done
cp -a "$template/." .
chmod 1777 tmp var/tmp
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mknod -m 666 dev/null c 1 3
mknod -m 666 dev/zero c 1 5
mknod -m 666 dev/full c 1 7
mknod -m 666 dev/random c 1 8
mknod -m 666 dev/urandom c 1 9
mknod -m 666 dev/tty c 5 0
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mkdir -p "./$workdir"
cp -a "$stage/files/." "./$workdir/"
pivot_root . mnt
cd /
umount -l mnt

cd "$workdir"
for source in *.c; do
    [ -e "$source" ] || continue
    cc -O1 -w -pthread -o "${source%.c}" "$source"
    rm "$source"
done
chown -R "$user:" .
home=$(getent passwd "$user" | cut -d: -f6)

# Process 1 is seen by whoever reads /proc, so it must not show how it was made: it starts afresh.  What a run
# could do to the machine and not only to its cell is taken from it before it starts.
cat > /run/init <<'END'
user=$1; shift
drop=-sys_admin,-sys_module,-sys_rawio,-sys_boot,-sys_time,-syslog,-mknod,-net_admin,-sys_resource,-bpf,-perfmon
status=0
setpriv --bounding-set "$drop" --inh-caps=-all \
    strace -f -ttt -y -s 64 -u "$user" -o /run/trace.log "$@" </dev/null >/run/output 2>&1 || status=$?
head -c 4000 /run/output >&2
cat /run/trace.log
exit "$status"
END
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" USER="$user" \
    LOGNAME="$user" SHELL=/bin/bash LANG=C.UTF-8 TERM=xterm CHECKPOINT="$checkpoint" sh /run/init "$user" "$@"
