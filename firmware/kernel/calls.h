/* The system calls: X(canonical id, function), and W for those that look at every register of their caller.
 *
 * Declared once for the table of handlers (entry.c), the stubs that lead there (trap.S), and the native build.  Those
 * with strings come first: where a secret is asked for, the function is looked up by its number. */
#ifndef CALLS_H
#define CALLS_H

#define CALLS(X, W) \
    X(VG_SYS_OPENAT, call_openat) \
    X(VG_SYS_NEWFSTATAT, call_newfstatat) \
    X(VG_SYS_FACCESSAT, call_faccessat) \
    X(VG_SYS_READLINKAT, call_readlinkat) \
    X(VG_SYS_UNLINKAT, call_unlinkat) \
    X(VG_SYS_RENAMEAT2, call_renameat2) \
    X(VG_SYS_FCHMODAT, call_fchmodat) \
    X(VG_SYS_FCHOWNAT, call_fchownat) \
    X(VG_SYS_UTIMENSAT, call_utimensat) \
    X(VG_SYS_LINKAT, call_linkat) \
    X(VG_SYS_SYMLINKAT, call_symlinkat) \
    X(VG_SYS_MKDIRAT, call_mkdirat) \
    X(VG_SYS_MKNODAT, call_mknodat) \
    X(VG_SYS_CHDIR, call_chdir) \
    X(VG_SYS_EXECVE, call_execve) \
    X(VG_SYS_READ, call_read) \
    X(VG_SYS_WRITE, call_write) \
    X(VG_SYS_READV, call_readv) \
    X(VG_SYS_WRITEV, call_writev) \
    X(VG_SYS_CLOSE, call_close) \
    X(VG_SYS_LSEEK, call_lseek) \
    X(VG_SYS_FSTAT, call_fstat) \
    X(VG_SYS_GETDENTS64, call_getdents64) \
    X(VG_SYS_DUP, call_dup) \
    X(VG_SYS_DUP3, call_dup3) \
    X(VG_SYS_PIPE2, call_pipe2) \
    X(VG_SYS_FCNTL, call_fcntl) \
    X(VG_SYS_PPOLL, call_ppoll) \
    X(VG_SYS_IOCTL, call_ioctl) \
    X(VG_SYS_FTRUNCATE, call_ftruncate) \
    X(VG_SYS_GETCWD, call_getcwd) \
    X(VG_SYS_SOCKET, call_socket) \
    X(VG_SYS_BIND, call_bind) \
    X(VG_SYS_LISTEN, call_listen) \
    X(VG_SYS_CONNECT, call_connect) \
    X(VG_SYS_ACCEPT, call_accept) \
    X(VG_SYS_SENDTO, call_sendto) \
    X(VG_SYS_RECVFROM, call_recvfrom) \
    X(VG_SYS_BRK, call_brk) \
    X(VG_SYS_MMAP, call_mmap) \
    X(VG_SYS_MUNMAP, call_munmap) \
    X(VG_SYS_MPROTECT, call_mprotect) \
    W(VG_SYS_CLONE, call_clone) \
    X(VG_SYS_EXIT, call_exit) \
    X(VG_SYS_EXIT_GROUP, call_exit) \
    X(VG_SYS_WAIT4, call_wait4) \
    X(VG_SYS_KILL, call_kill) \
    X(VG_SYS_RT_SIGACTION, call_rt_sigaction) \
    X(VG_SYS_RT_SIGPROCMASK, call_rt_sigprocmask) \
    X(VG_SYS_RT_SIGRETURN, call_rt_sigreturn) \
    X(VG_SYS_GETPPID, call_getppid) \
    X(VG_SYS_GETPGID, call_getpgid) \
    X(VG_SYS_SETPGID, call_setpgid) \
    X(VG_SYS_GETUID, call_getuid) \
    X(VG_SYS_GETEUID, call_getuid) \
    X(VG_SYS_GETGID, call_getgid) \
    X(VG_SYS_GETEGID, call_getgid) \
    X(VG_SYS_SETUID, call_setuid) \
    X(VG_SYS_SETGID, call_setgid) \
    X(VG_SYS_SCHED_YIELD, call_sched_yield) \
    X(VG_SYS_NANOSLEEP, call_nanosleep) \
    X(VG_SYS_CLOCK_GETTIME, call_clock_gettime) \
    X(VG_SYS_UNAME, call_uname) \
    X(VG_SYS_SYSINFO, call_sysinfo) \
    X(VG_SYS_PRCTL, call_prctl)

#endif
