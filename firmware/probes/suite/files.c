/* Files and folders. */
#include "suite.h"

static int32_t write_and_read(void)
{
    MUST(make_file("a", "one") == 0 && holds("a", "one"));
    int32_t file = CALL(OPENAT, AT_FDCWD, "a", O_RDWR | O_APPEND);
    MUST(file >= 0 && CALL(WRITE, file, " two", 4) == 4);
    MUST(CALL(LSEEK, file, 0, SEEK_SET) == 0 && CALL(READ, file, bytes, 3) == 3);
    MUST(CALL(WRITE, file, "!", 1) == 1 && holds("a", "one two!")); /* appended, wherever it stood */
    MUST(CALL(LSEEK, file, -1, SEEK_END) == 7 && CALL(READ, file, bytes, 9) == 1 && bytes[0] == '!');
    MUST(CALL(READ, file, bytes, 9) == 0 && CALL(LSEEK, file, -9, SEEK_SET) == -EINVAL);
    MUST(CALL(CLOSE, file) == 0 && CALL(CLOSE, file) == -EBADF);
    MUST(make_file("a", "") == 0 && holds("a", ""));
    return 0;
}

static int32_t holes(void)
{
    struct abi_stat stat;
    int32_t file = CALL(OPENAT, AT_FDCWD, "a", O_RDWR | O_CREAT, 0600);
    MUST(CALL(LSEEK, file, 3000, SEEK_SET) == 3000 && CALL(WRITE, file, "x", 1) == 1);
    MUST(CALL(FSTAT, file, &stat) == 0 && stat.size == 3001 && stat.mode == (S_IFREG | 0600));
    MUST(CALL(LSEEK, file, 2990, SEEK_SET) == 2990 && CALL(READ, file, bytes, 100) == 11);
    MUST(bytes[0] == 0 && bytes[9] == 0 && bytes[10] == 'x');
    MUST(CALL(FTRUNCATE, file, 10) == 0 && CALL(FTRUNCATE, file, 3001) == 0);
    MUST(CALL(READ, file, bytes, 100) == 0 && CALL(LSEEK, file, 3000, SEEK_SET) == 3000);
    MUST(CALL(READ, file, bytes, 1) == 1 && bytes[0] == 0); /* what was cut off does not come back */
    return 0;
}

static int32_t vectors(void)
{
    char first[4], second[4];
    const uint32_t out[4] = {AS_WORD("abc"), 3, AS_WORD("defg"), 4};
    const uint32_t in[4] = {AS_WORD(first), 4, AS_WORD(second), 4}, wild[2] = {VG_RAM_BASE, 4};
    int32_t file = CALL(OPENAT, AT_FDCWD, "a", O_RDWR | O_CREAT, 0600);
    MUST(CALL(WRITEV, file, out, 2) == 7 && CALL(LSEEK, file, 0, SEEK_SET) == 0);
    MUST(CALL(READV, file, in, 2) == 7 && first[3] == 'd' && second[2] == 'g');
    MUST(CALL(WRITEV, file, wild, 1) == -EFAULT && CALL(WRITEV, file, out, 17) == -EINVAL);
    return 0;
}

static int32_t descriptors(void)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, "a", O_RDWR | O_CREAT | O_CLOEXEC, 0600), copy = CALL(DUP, file);
    MUST(CALL(WRITE, file, "ab", 2) == 2 && CALL(LSEEK, copy, 0, SEEK_CUR) == 2); /* one file, one place */
    MUST(CALL(FCNTL, file, F_GETFD) == FD_CLOEXEC && CALL(FCNTL, copy, F_GETFD) == 0);
    MUST(CALL(FCNTL, copy, F_SETFD, FD_CLOEXEC) == 0 && CALL(FCNTL, copy, F_GETFD) == FD_CLOEXEC);
    MUST(CALL(FCNTL, file, F_GETFL) == O_RDWR && CALL(FCNTL, file, F_SETFL, O_APPEND) == 0);
    MUST(CALL(FCNTL, copy, F_GETFL) == (O_RDWR | O_APPEND));
    MUST(CALL(FCNTL, file, F_DUPFD, 9) == 9 && CALL(FCNTL, file, F_DUPFD_CLOEXEC, 9) == 10);
    MUST(CALL(FCNTL, 10, F_GETFD) == FD_CLOEXEC && CALL(FCNTL, file, F_DUPFD, 12) == -EINVAL);
    MUST(CALL(FCNTL, file, 99) == -EINVAL && CALL(FCNTL, 8, F_GETFD) == -EBADF);
    MUST(CALL(DUP3, file, 8, 0) == 8 && CALL(DUP3, file, file, 0) == -EINVAL && CALL(DUP3, file, 12, 0) == -EBADF);
    return 0;
}

static int32_t names(void)
{
    MUST(make_file("a", "1") == 0 && make_file("b", "2") == 0);
    MUST(CALL(RENAMEAT2, AT_FDCWD, "a", AT_FDCWD, "b", 0) == 0 && holds("b", "1"));
    MUST(CALL(MKDIRAT, AT_FDCWD, "f/", 0755) == 0 && CALL(MKDIRAT, AT_FDCWD, "f", 0755) == -EEXIST);
    MUST(CALL(RENAMEAT2, AT_FDCWD, "b", AT_FDCWD, "f", 0) == -EISDIR);
    MUST(CALL(RENAMEAT2, AT_FDCWD, "f", AT_FDCWD, "b", 0) == -ENOTDIR);
    MUST(CALL(RENAMEAT2, AT_FDCWD, "b", AT_FDCWD, "f/c", 0) == 0 && holds("f/c", "1"));
    MUST(CALL(RENAMEAT2, AT_FDCWD, "nix/a", AT_FDCWD, "f/d", 0) == -ENOENT);
    MUST(CALL(RENAMEAT2, AT_FDCWD, "f/c", AT_FDCWD, "nix/a", 0) == -ENOENT);
    MUST(CALL(UNLINKAT, AT_FDCWD, "f", AT_REMOVEDIR) == -ENOTEMPTY && CALL(UNLINKAT, AT_FDCWD, "f", 0) == -EISDIR);
    MUST(CALL(UNLINKAT, AT_FDCWD, "f/c/", 0) == -ENOTDIR && CALL(UNLINKAT, AT_FDCWD, "f/c", 0) == 0);
    MUST(CALL(UNLINKAT, AT_FDCWD, "f/.", AT_REMOVEDIR) == -EINVAL && CALL(UNLINKAT, AT_FDCWD, "f", 8) == -EINVAL);
    MUST(CALL(UNLINKAT, AT_FDCWD, "f/", AT_REMOVEDIR) == 0);
    return 0;
}

static int32_t folders_deep(void)
{
    char path[PATH_BYTES];
    for (uint32_t depth = 0; depth < 20; depth++)
        MUST(CALL(MKDIRAT, AT_FDCWD, "d", 0755) == 0 && CALL(CHDIR, "d") == 0);
    MUST(CALL(GETCWD, path, sizeof path) == 51 && begins(path, "/tmp/suite/d/d/"));
    MUST(CALL(GETCWD, path, 20) == -ERANGE);
    MUST(CALL(UNLINKAT, AT_FDCWD, "../d", AT_REMOVEDIR) == -EBUSY); /* somebody stands in it */
    for (uint32_t depth = 0; depth < 20; depth++)
        MUST(CALL(CHDIR, "..") == 0 && CALL(UNLINKAT, AT_FDCWD, "d", AT_REMOVEDIR) == 0);
    return 0;
}

static int32_t count_entry(const char *folder, const char *name, void *with)
{
    (void)folder, (void)name;
    ++*(uint32_t *)with;
    return 0;
}

static int32_t listings(void)
{
    char name[3] = "a0";
    uint32_t counted = 0;
    for (; name[1] <= '9'; name[1]++)
        MUST(make_file(name, "") == 0);
    MUST(each_entry(".", count_entry, &counted) == 0 && counted == 10);
    int32_t folder = CALL(OPENAT, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY);
    MUST(CALL(GETDENTS64, folder, bytes, 8) == -EINVAL && CALL(GETDENTS64, folder, bytes, 24) == 24);
    MUST(CALL(READ, folder, bytes, 8) == -EISDIR && CALL(OPENAT, AT_FDCWD, "a0", O_DIRECTORY) == -ENOTDIR);
    MUST(CALL(OPENAT, folder, "a9", O_RDONLY) >= 0 && CALL(OPENAT, folder, "nix", O_RDONLY) == -ENOENT);
    return 0;
}

static int32_t permissions(void)
{
    MUST(make_file("a", "x") == 0 && CALL(FCHMODAT, AT_FDCWD, "a", 0640) == 0);
    MUST(CALL(FCHOWNAT, AT_FDCWD, "a", 1000, 1001, 0) == 0);
    MUST(CALL(SETGID, 1001) == 0 && CALL(SETUID, 1001) == 0);
    MUST(CALL(FACCESSAT, AT_FDCWD, "a", 4) == 0 && CALL(FACCESSAT, AT_FDCWD, "a", 2) == -EACCES);
    MUST(CALL(OPENAT, AT_FDCWD, "a", O_RDONLY) >= 0 && CALL(OPENAT, AT_FDCWD, "a", O_RDWR) == -EACCES);
    MUST(CALL(OPENAT, AT_FDCWD, "b", O_RDWR | O_CREAT, 0600) == -EACCES); /* the folder is not */
    MUST(CALL(FCHMODAT, AT_FDCWD, "a", 0666) == -EPERM && CALL(FACCESSAT, AT_FDCWD, "a", 8) == -EINVAL);
    return 0;
}

static int32_t times(void)
{
    struct abi_timespec both[2] = {{1, 0}, {77, 0}}, leave[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
    struct abi_stat stat;
    MUST(make_file("a", "x") == 0 && CALL(UTIMENSAT, AT_FDCWD, "a", both, 0) == 0);
    MUST(CALL(UTIMENSAT, AT_FDCWD, "a", leave, 0) == 0);
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "a", &stat, 0) == 0 && stat.modified == 77);
    MUST(CALL(UTIMENSAT, AT_FDCWD, "a", 0, 0) == 0 && CALL(NEWFSTATAT, AT_FDCWD, "a", &stat, 0) == 0);
    MUST(stat.modified < 70 || stat.modified > 77); /* now */
    MUST(CALL(UTIMENSAT, AT_FDCWD, "nix", 0, 0) == -ENOENT);
    return 0;
}

static int32_t removed_while_open(void)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, "a", O_RDWR | O_CREAT, 0600);
    struct abi_stat stat;
    MUST(CALL(WRITE, file, "kept", 4) == 4 && CALL(UNLINKAT, AT_FDCWD, "a", 0) == 0);
    MUST(CALL(OPENAT, AT_FDCWD, "a", O_RDONLY) == -ENOENT && make_file("a", "new") == 0);
    MUST(CALL(LSEEK, file, 0, SEEK_SET) == 0 && CALL(READ, file, bytes, 9) == 4 && bytes[0] == 'k');
    MUST(CALL(FSTAT, file, &stat) == 0 && stat.links == 0 && stat.size == 4);
    return 0;
}

static int32_t devices(void)
{
    int32_t null = CALL(OPENAT, AT_FDCWD, "/dev/null", O_RDWR), zero = CALL(OPENAT, AT_FDCWD, "/dev/zero", O_RDWR);
    bytes[0] = 1;
    MUST(CALL(WRITE, null, bytes, 512) == 512 && CALL(READ, null, bytes, 512) == 0);
    MUST(CALL(READ, zero, bytes, 512) == 512 && bytes[0] == 0 && CALL(LSEEK, zero, 0, SEEK_SET) == -ESPIPE);
    MUST(read_file("/proc/self", bytes, 9) == -ENOENT && read_file("/proc/uptime", bytes, 9) > 0);
    MUST(CALL(OPENAT, AT_FDCWD, "/proc/uptime", O_RDWR) == -EACCES);
    return 0;
}

const struct test file_tests[] = {
    {"write and read", write_and_read, false}, {"holes", holes, false}, {"vectors", vectors, false},
    {"descriptors", descriptors, false}, {"names", names, false}, {"folders, deep", folders_deep, true},
    {"listings", listings, false}, {"permissions", permissions, false}, {"times", times, false},
    {"removed while open", removed_while_open, false}, {"devices", devices, false}, {0},
};
