"""The id map: which token a canonical call has, and which calls share one.

Calls that do the same to the same object are one word to the model, whatever the ABI or the C library's age
chose among them.  Tokens are numbered by a seeded permutation: which n-grams share a table entry hangs on it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from hdl.contract.model import TOKEN_NONE, TOKEN_OTHER
from hdl.contract.syscalls import ID_COUNT, IDS, NAMES

TOKENS = 256

_FAMILIES = """
open openat openat2 creat | stat lstat newfstatat stat64 lstat64 fstatat64 statx oldstat oldlstat
fstat fstat64 oldfstat | access faccessat faccessat2 | readlink readlinkat | unlink unlinkat rmdir
mkdir mkdirat | rename renameat renameat2 | link linkat | symlink symlinkat | mknod mknodat
chmod fchmodat fchmodat2 | chown lchown fchownat chown32 lchown32 | fchown fchown32
utime utimes utimensat futimesat utimensat_time64 | execve execveat | mmap mmap2 | dup dup2 dup3 | pipe pipe2
getdents getdents64 readdir | fork vfork clone clone3 | wait4 waitpid waitid | exit exit_group
poll ppoll ppoll_time64 select pselect6 _newselect pselect6_time64 | epoll_wait epoll_pwait epoll_pwait2
epoll_create epoll_create1 | eventfd eventfd2 | signalfd signalfd4 | inotify_init inotify_init1
rt_sigaction sigaction signal | rt_sigprocmask sigprocmask | rt_sigreturn sigreturn | lseek _llseek
fcntl fcntl64 | truncate truncate64 | ftruncate ftruncate64 | sendfile sendfile64 | statfs statfs64
fstatfs fstatfs64 | fadvise64 fadvise64_64 | accept accept4 | recvmmsg recvmmsg_time64 | futex futex_time64
preadv preadv2 | pwritev pwritev2 | semtimedop semop semtimedop_time64 | uname oldolduname olduname
getrlimit ugetrlimit prlimit64 | umount umount2 | setuid setuid32 | setgid setgid32 | setreuid setreuid32
setregid setregid32 | setresuid setresuid32 | setresgid setresgid32 | getresuid getresuid32
getresgid getresgid32 | getgroups getgroups32 | setgroups setgroups32 | setfsuid setfsuid32
setfsgid setfsgid32 | kill tkill tgkill pidfd_send_signal | timer_settime timer_settime64
timerfd_settime timerfd_settime64 | timerfd_gettime timerfd_gettime64 | timer_gettime timer_gettime64
init_module finit_module | process_vm_readv process_vm_writev
getuid geteuid getgid getegid getuid32 geteuid32 getgid32 getegid32 getpid getppid gettid getpgrp
gettimeofday time clock_gettime clock_gettime64 times
nanosleep clock_nanosleep clock_nanosleep_time64 pause restart_syscall
"""

FAMILIES: tuple[tuple[str, ...], ...] = tuple(
    tuple(group.split()) for line in _FAMILIES.strip().splitlines() for group in line.split("|") if group.split()
)
"""Calls that share a token; the first names the family."""

# No longer made by anything, or never by anything but one service: together they are "any other call".
_UNWORDED = """
    uselib ustat sysfs vhangup modify_ldt _sysctl adjtimex acct settimeofday iopl ioperm create_module
    get_kernel_syms query_module quotactl nfsservctl getpmsg putpmsg afs_syscall tuxcall security vserver
    lookup_dcookie epoll_ctl_old epoll_wait_old set_thread_area get_thread_area remap_file_pages mbind
    set_mempolicy get_mempolicy migrate_pages move_pages break stime stty gtty nice ftime prof lock mpx ulimit
    sgetmask ssetmask sigsuspend sigpending profil idle vm86old vm86 bdflush clock_settime64 clock_adjtime64
    clock_getres_time64 mq_timedsend_time64 mq_timedreceive_time64 rt_sigtimedwait_time64
    sched_rr_get_interval_time64 io_pgetevents_time64 riscv_hwprobe riscv_flush_icache quotactl_fd
    memfd_secret futex_waitv set_mempolicy_home_node cachestat map_shadow_stack futex_wake futex_wait
    futex_requeue statmount listmount lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal
    landlock_create_ruleset landlock_add_rule landlock_restrict_self process_mrelease kexec_file_load
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr ioprio_get ioprio_set
    sched_rr_get_interval sched_get_priority_max sched_get_priority_min sched_setattr sched_getattr
    open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr name_to_handle_at open_by_handle_at
    rt_tgsigqueueinfo rt_sigqueueinfo fanotify_init fanotify_mark kcmp clock_adjtime syncfs sync_file_range
    swapoff swapon lgetxattr flistxattr llistxattr fremovexattr lremovexattr io_getevents io_cancel io_destroy
    io_pgetevents timer_getoverrun getitimer sched_getparam sched_getscheduler
"""
_NEVER = frozenset(_UNWORDED.split())


def canonical_family(name: str) -> str:
    """Return the name that stands for `name` and everything that shares its token."""
    return _HEAD.get(name, name)


_HEAD = {name: family[0] for family in FAMILIES for name in family}


def words(names: Iterable[str] = NAMES) -> list[str]:
    """Return the words that have a token of their own, in order of their canonical ids."""
    return list(dict.fromkeys(_HEAD.get(name, name) for name in names if name not in _NEVER))


def id_map(seed: int = 0) -> list[int]:
    """Return the token of each of the 512 canonical ids; ids without a word get TOKEN_OTHER."""
    known = words()
    free = [token for token in range(TOKENS) if token not in (TOKEN_NONE, TOKEN_OTHER)]
    if len(known) > len(free):
        raise ValueError(f"{len(known)} words do not fit {len(free)} tokens: fold more calls into families")
    random.Random(seed).shuffle(free)
    token_of = dict(zip(known, free, strict=False))
    tokens = [TOKEN_OTHER] * ID_COUNT
    for name, ident in IDS.items():
        if name not in _NEVER:
            tokens[ident] = token_of[_HEAD.get(name, name)]
    return tokens


def vocabulary(tokens: list[int]) -> dict[int, list[str]]:
    """Return the names of the calls that share each token of an id map, the family's own name first."""
    names: dict[int, list[str]] = {}
    for ident, name in enumerate(NAMES):
        names.setdefault(tokens[ident], []).append(name)
    return {
        token: sorted(shared, key=lambda name: (name != _HEAD.get(name, name), shared.index(name)))
        for token, shared in sorted(names.items())
    }
