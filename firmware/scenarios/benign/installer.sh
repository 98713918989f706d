# Installs a package into a place of its own: unpacked, copied to where it belongs, linked to, tried.
mkdir /tmp/pkg /tmp/pkg/bin /tmp/pkg/doc || exit 1
echo 'echo hello from the package' > /tmp/pkg/bin/hello
echo 'how to use it' > /tmp/pkg/doc/README
cd /tmp/pkg || exit 1
tar cf /tmp/pkg.tar bin doc || exit 1
mkdir /tmp/opt /tmp/opt/hello-1 || exit 1
cd /tmp/opt/hello-1 || exit 1
tar xf /tmp/pkg.tar || exit 1
ln -s /tmp/opt/hello-1 /tmp/opt/hello || exit 1
ls -l /tmp/opt /tmp/opt/hello-1/bin || exit 1
sh /tmp/opt/hello/bin/hello || exit 1
rm -r /tmp/pkg /tmp/pkg.tar || exit 1
echo fine
