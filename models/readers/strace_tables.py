"""Which arguments of which calls are addresses that a number must not be made of: paths, and others."""

from __future__ import annotations

from hdl.contract.paths import PATHS

# Addresses by position.  Strings and structures that strace prints decoded need no entry.
_POINTER_SHAPES = """\
0 brk munmap mmap mmap2 mprotect pkey_mprotect madvise msync mlock mlock2 munlock mbind remap_file_pages pipe
0 pipe2 set_tid_address set_robust_list rseq time times uname olduname sysinfo getrandom getcwd capget capset
0 poll ppoll nanosleep rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack sysfs set_thread_area
0 get_thread_area gettimeofday settimeofday adjtimex clone3 riscv_hwprobe io_setup init_module memfd_create
0 mremap
0,2 mincore
0,3,4 futex
1 read write pread64 pwrite64 readv writev preadv pwritev preadv2 pwritev2 sendto recvfrom sendmsg recvmsg
1 sendmmsg recvmmsg connect bind accept accept4 getsockname getpeername getdents getdents64 stat lstat fstat
1 stat64 lstat64 fstat64 statfs fstatfs shmat arch_prctl clock_gettime clock_settime clock_getres setitimer
1 getitimer sched_setaffinity sched_getaffinity getrlimit setrlimit getrusage getgroups setgroups readlink
1 set_mempolicy bpf epoll_wait epoll_pwait timer_create rt_sigaction rt_sigprocmask execve utime utimes
2 rt_sigaction rt_sigprocmask execve prlimit64 newfstatat fstatat64 readlinkat openat2 execveat utimensat
2 accept accept4 getsockname getpeername clock_nanosleep waitid seccomp
3 execveat prlimit64 epoll_ctl getsockopt setsockopt socketpair timer_settime clock_nanosleep
3 sched_setattr rt_sigqueueinfo
1,3 wait4
1 waitpid
4 mremap statx recvfrom sendto getsockopt
5 recvfrom
"""


def _pointer_table() -> dict[str, tuple[int, ...]]:
    table: dict[str, tuple[int, ...]] = {}
    for line in _POINTER_SHAPES.splitlines():
        shape, *names = line.split()
        for name in names:
            table[name] = table.get(name, ()) + tuple(int(index) for index in shape.split(","))
    for name, arguments in PATHS.items():
        table[name] = table.get(name, ()) + tuple(path for path, _ in arguments)
    return table


POINTERS: dict[str, tuple[int, ...]] = _pointer_table()
"""Indices of arguments that are addresses, by call."""
