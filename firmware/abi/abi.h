/* What programs and the kernel agree on: numbers, errors and structures as Linux has them on riscv64.
 *
 * A call's number stands in a7, its arguments in a0..a5; a0 returns the result, or an error as -4095..-1.  Every
 * other register comes back as it was.  Pointers have 32 bits; what is a long on riscv64 has 32 bits in registers
 * and 64 in structures. */
#ifndef ABI_H
#define ABI_H

#include <stdint.h>

#include "vigilante.h"

/* Return the riscv64 number of a canonical call; a constant where `id` is one. */
static inline int32_t abi_number(uint32_t id)
{
#define ABI_CASE(number, canonical, name) \
    case canonical: \
        return number;
    switch (id) {
        VG_SYSCALLS_RISCV64(ABI_CASE)
    default:
        return -1;
    }
#undef ABI_CASE
}

enum abi_error {
    EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, E2BIG = 7, ENOEXEC = 8, EBADF = 9, ECHILD = 10,
    EAGAIN = 11, ENOMEM = 12, EACCES = 13, EFAULT = 14, EBUSY = 16, EEXIST = 17, EXDEV = 18, ENODEV = 19,
    ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENFILE = 23, EMFILE = 24, ENOTTY = 25, ETXTBSY = 26, EFBIG = 27,
    ENOSPC = 28, ESPIPE = 29, EROFS = 30, EPIPE = 32, ERANGE = 34, ENAMETOOLONG = 36, ENOSYS = 38, ENOTEMPTY = 39,
    ELOOP = 40, ENOTSOCK = 88, EPROTONOSUPPORT = 93, EOPNOTSUPP = 95, EAFNOSUPPORT = 97, EADDRINUSE = 98,
    EADDRNOTAVAIL = 99, EISCONN = 106, ENOTCONN = 107, ECONNREFUSED = 111,
};

enum abi_signal { SIGHUP = 1, SIGINT = 2, SIGILL = 4, SIGBUS = 7, SIGKILL = 9, SIGUSR1 = 10, SIGSEGV = 11,
                  SIGUSR2 = 12, SIGPIPE = 13, SIGTERM = 15, SIGCHLD = 17, SIGNALS = 18 };
#define SIG_DEFAULT 0 /* handlers that are none; any other is an address in the program's text */
#define SIG_IGNORE 1
#define SIG_BLOCK 0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2
#define SA_RESTORER 0x04000000 /* `restorer` is there: code that calls rt_sigreturn */
#define SA_RESTART 0x10000000

struct abi_sigaction {
    uint32_t handler, flags, restorer, mask[2];
};

/* What a handler finds at its stack pointer, and rt_sigreturn takes back from there. */
struct abi_signal_frame {
    uint32_t registers[32]; /* x1..x31; in place of x0 the address at which to go on */
    uint32_t blocked, pad[3];
};

#define PATH_BYTES 128 /* of a path with the zero behind it; a longer one is ENAMETOOLONG */
#define ARGUMENT_BYTES 1024 /* of argv and envp with their strings; more is E2BIG */
#define AT_FDCWD (-100)

#define S_IFMT 0170000
#define S_IFDIR 0040000
#define S_IFCHR 0020000
#define S_IFREG 0100000
#define S_IFIFO 0010000
#define S_IFLNK 0120000
#define S_IFSOCK 0140000
#define S_ISUID 04000
#define S_ISVTX 01000

#define O_ACCMODE 3
#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_TRUNC 01000
#define O_APPEND 02000
#define O_NONBLOCK 04000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#define O_CLOEXEC 02000000

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR 0x200
#define AT_SYMLINK_FOLLOW 0x400
#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 1030
#define FD_CLOEXEC 1
#define POLLIN 1
#define POLLOUT 4
#define POLLERR 8
#define POLLHUP 16
#define POLLNVAL 32
#define WNOHANG 1
#define CLONE_FORK SIGCHLD /* the flags of a clone that is a fork: the only one there is */

#define TCGETS 0x5401
#define TCSETS 0x5402
#define TIOCGPGRP 0x540F
#define TIOCSPGRP 0x5410
#define TIOCGWINSZ 0x5413
#define ISIG 01
#define ICANON 02
#define ECHO 010

struct abi_termios {
    uint32_t iflag, oflag, cflag, lflag;
    uint8_t line, cc[19];
};

#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 0x20

#define AF_INET 2
#define SOCK_STREAM 1
#define IPPROTO_TCP 6
#define LOOPBACK 0x0100007F /* 127.0.0.1, as a socket's address has it */
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000
#define PR_SET_NAME 15
#define PR_GET_NAME 16

struct abi_sockaddr {
    uint16_t family, port; /* of the port the high byte first */
    uint32_t address, pad[2];
};

struct abi_pollfd {
    int32_t descriptor;
    uint16_t events, found;
};

struct abi_timespec {
    int64_t seconds, nanoseconds;
};
#define UTIME_NOW 0x3FFFFFFF /* in place of nanoseconds */
#define UTIME_OMIT 0x3FFFFFFE

struct abi_sysinfo {
    int64_t uptime;
    uint64_t loads[3], memory, memory_free, shared, buffers, swap, swap_free;
    uint16_t processes, pad[3];
    uint64_t high, high_free;
    uint32_t unit, pad1;
};
_Static_assert(sizeof(struct abi_sysinfo) == 112, "as on riscv64");

struct abi_stat {
    uint64_t device, inode;
    uint32_t mode, links, user, group;
    uint64_t special, pad0;
    int64_t size;
    int32_t block_size, pad1;
    int64_t blocks, accessed, accessed_ns, modified, modified_ns, changed, changed_ns;
    uint32_t unused[2];
};
_Static_assert(sizeof(struct abi_stat) == 128, "as on riscv64");

struct abi_dirent {
    uint64_t inode;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[]; /* with a zero behind it */
};
#define ABI_DIRENT_BYTES 19 /* ahead of the name */
/* A type is the mode's own, shifted: DT_DIR is S_IFDIR >> 12. */
#define DT_SHIFT 12

#define UTSNAME_BYTES 65 /* of each of the six strings of uname */

#endif
