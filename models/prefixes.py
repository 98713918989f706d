"""The known path prefixes and their classes: plain data, sorted by what a reader of them looks for.

What every program touches as it starts (loader cache, name services, its own /proc entry) is harmless by
intent: a class is only worth having where harmless programs seldom go.  See `models.pathtrie` for `*`.
"""

from __future__ import annotations

from hdl.contract.verdict import PathClass

_LISTED: dict[PathClass, str] = {
    PathClass.OTHER: "/",
    PathClass.LIBRARY: """
        /lib /lib64 /usr/lib /usr/local/lib
        /etc/ld.so.cache /etc/locale.alias /etc/localtime /etc/nsswitch.conf""",
    PathClass.PROGRAM: "/bin /sbin /usr/bin /usr/sbin /usr/local/bin",
    PathClass.TEMPORARY: "/tmp /var/tmp /dev/shm",
    PathClass.HOME: "/home /root",
    PathClass.DATA: "/usr /opt /var",
    PathClass.RUNTIME: """
        /run /var/run /var/log /dev/null /dev/tty /dev/pts /dev/urandom /proc/self
        /proc/sys/kernel/cap_last_cap /proc/sys/kernel/ngroups_max /proc/sys/kernel/random /proc/sys/vm
        /sys/devices/system/cpu /sys/fs/cgroup /sys/kernel/mm
        /etc/hosts /etc/resolv.conf /etc/machine-id /etc/ssl""",
    PathClass.CONFIG: "/etc /root/.config /home/*/.config",
    PathClass.DEVICE: "/dev",
    PathClass.SYSTEM: "/proc /sys",
    PathClass.ACCOUNTS: "/etc/passwd /etc/group /etc/pam.d /etc/security /etc/ssh",
    PathClass.PERSISTENCE: """
        /etc/cron.d /etc/crontab /var/spool/cron /etc/systemd /usr/lib/systemd/system
        /etc/init.d /etc/rc.local /etc/profile.d /etc/ld.so.preload /etc/sudoers
        /etc/sudoers.d""",
    PathClass.FOREIGN: "/proc/*/mem /proc/*/maps /proc/*/environ /proc/*/fd /proc/*/root /proc/*/cwd",
    PathClass.KERNEL: """
        /proc/sys/kernel /proc/kallsyms /proc/kcore /proc/modules /proc/sysrq-trigger
        /sys/kernel /boot /usr/lib/modules /dev/mem /dev/kmsg /dev/sda""",
    PathClass.SECRET: """
        /etc/shadow /etc/gshadow /etc/shadow- /etc/ssl/private
        /etc/ssh/ssh_host_rsa_key /etc/ssh/ssh_host_ecdsa_key /etc/ssh/ssh_host_ed25519_key
        /root/.ssh /root/.gnupg /root/.aws /root/.netrc /root/.git-credentials /root/.bash_history
        /home/*/.ssh /home/*/.gnupg /home/*/.aws /home/*/.netrc /home/*/.git-credentials
        /home/*/.bash_history""",
}

PREFIXES: dict[str, PathClass] = {path: kind for kind, paths in _LISTED.items() for path in paths.split()}
"""Class by prefix."""

assert len(PREFIXES) == sum(len(paths.split()) for paths in _LISTED.values()), "a prefix is listed twice"

_ON_BOARD: dict[PathClass, str] = {
    PathClass.CONFIG: "/etc/hosts /etc/resolv.conf",  # logs are alone with what runs, then
    PathClass.ACCOUNTS: """
        /root/.ssh /root/.gnupg /root/.aws /home/*/.ssh /home/*/.gnupg /home/*/.aws""",
    PathClass.SECRET: """
        /etc/ssh/ssh_host_key
        /root/.ssh/* /root/.gnupg/* /root/.aws/* /home/*/.ssh/* /home/*/.gnupg/* /home/*/.aws/*""",
}

BOARD_PREFIXES: dict[str, PathClass] = {
    **PREFIXES,
    **{path: kind for kind, paths in _ON_BOARD.items() for path in paths.split()},
}
"""The same for the board's own kernel: a folder of keys is not a key.  Listings pass through folders; nothing but
a backup opens what is in them, so that an open there can be told from the next step of a listing."""
