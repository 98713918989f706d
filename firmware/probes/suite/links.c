/* Links, symbolic and hard. */
#include "suite.h"

static int32_t symbolic(void)
{
    struct abi_stat stat;
    MUST(make_file("a", "text") == 0 && CALL(SYMLINKAT, "a", AT_FDCWD, "l") == 0 && holds("l", "text"));
    MUST(CALL(READLINKAT, AT_FDCWD, "l", bytes, 512) == 1 && bytes[0] == 'a');
    MUST(CALL(READLINKAT, AT_FDCWD, "a", bytes, 512) == -EINVAL &&
         CALL(READLINKAT, AT_FDCWD, "l", bytes, 0) == -EINVAL);
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "l", &stat, AT_SYMLINK_NOFOLLOW) == 0 && stat.mode == (S_IFLNK | 0777));
    MUST(stat.size == 1 && CALL(NEWFSTATAT, AT_FDCWD, "l", &stat, 0) == 0 && stat.mode == (S_IFREG | 0644));
    MUST(CALL(SYMLINKAT, "b", AT_FDCWD, "l") == -EEXIST && CALL(SYMLINKAT, "", AT_FDCWD, "m") == -ENOENT);
    MUST(CALL(OPENAT, AT_FDCWD, "l", O_RDONLY | O_NOFOLLOW) == -ELOOP);
    MUST(CALL(UNLINKAT, AT_FDCWD, "l", 0) == 0 && holds("a", "text"));
    return 0;
}

static int32_t on_the_way(void)
{
    MUST(CALL(MKDIRAT, AT_FDCWD, "f", 0755) == 0 && make_file("f/a", "deep") == 0);
    MUST(CALL(SYMLINKAT, "f", AT_FDCWD, "l") == 0 && holds("l/a", "deep") && holds("l//./a", "deep"));
    MUST(CALL(SYMLINKAT, "/tmp/suite/l", AT_FDCWD, "f/up") == 0 && holds("f/up/up/up/a", "deep"));
    MUST(CALL(SYMLINKAT, "../f/a", AT_FDCWD, "f/back") == 0 && holds("l/back", "deep"));
    MUST(CALL(OPENAT, AT_FDCWD, "l", O_RDONLY | O_DIRECTORY) >= 0 && CALL(CHDIR, "l/../l") == 0 &&
         holds("a", "deep"));
    MUST(CALL(MKDIRAT, AT_FDCWD, "../l", 0755) == -EEXIST &&
         CALL(UNLINKAT, AT_FDCWD, "../l", AT_REMOVEDIR) == -ENOTDIR);
    MUST(CALL(OPENAT, AT_FDCWD, "back/", O_RDONLY) == -ENOTDIR);
    return 0;
}

static int32_t dangling(void)
{
    MUST(CALL(SYMLINKAT, "new", AT_FDCWD, "l") == 0 && CALL(OPENAT, AT_FDCWD, "l", O_RDONLY) == -ENOENT);
    MUST(CALL(OPENAT, AT_FDCWD, "l", O_RDWR | O_CREAT | O_EXCL, 0600) == -EEXIST);
    MUST(make_file("l", "made") == 0 && holds("new", "made"));
    return 0;
}

static int32_t loops(void)
{
    char name[2] = "a", next[2] = "b";
    MUST(CALL(SYMLINKAT, "x", AT_FDCWD, "x") == 0 && CALL(OPENAT, AT_FDCWD, "x", O_RDONLY) == -ELOOP);
    MUST(CALL(SYMLINKAT, "y/y", AT_FDCWD, "y") == 0 && CALL(CHDIR, "y") == -ELOOP && CALL(CHDIR, "x/x") == -ELOOP);
    for (; name[0] < 'i'; name[0]++, next[0]++) /* a -> b -> ... -> i: eight of them */
        MUST(CALL(SYMLINKAT, next, AT_FDCWD, name) == 0);
    MUST(make_file("i", "end") == 0 && holds("a", "end"));
    MUST(CALL(SYMLINKAT, "a", AT_FDCWD, "z") == 0 && CALL(OPENAT, AT_FDCWD, "z", O_RDONLY) == -ELOOP);
    MUST(CALL(UNLINKAT, AT_FDCWD, "x", 0) == 0);
    return 0;
}

static int32_t long_ones(void)
{
    char held[PATH_BYTES];
    memset(held, '/', sizeof held);
    MUST(CALL(SYMLINKAT, held, AT_FDCWD, "l") == -ENAMETOOLONG);
    memcpy(held + sizeof held - 2, "a", 2);
    MUST(CALL(SYMLINKAT, held, AT_FDCWD, "l") == 0 && CALL(OPENAT, AT_FDCWD, "l", O_RDONLY) == -ENOENT);
    MUST(CALL(OPENAT, AT_FDCWD, "l/b", O_RDONLY) == -ENAMETOOLONG); /* it does not fit in front of the rest */
    return 0;
}

static int32_t hard(void)
{
    struct abi_stat stat, other;
    MUST(make_file("a", "text") == 0 && CALL(LINKAT, AT_FDCWD, "a", AT_FDCWD, "b", 0) == 0);
    MUST(CALL(LINKAT, AT_FDCWD, "b", AT_FDCWD, "c", 0) == 0 &&
         CALL(LINKAT, AT_FDCWD, "a", AT_FDCWD, "c", 0) == -EEXIST);
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "a", &stat, 0) == 0 && stat.links == 3);
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "c", &other, 0) == 0 && stat.inode == other.inode);
    MUST(make_file("b", "other") == 0 && holds("c", "other"));
    MUST(CALL(RENAMEAT2, AT_FDCWD, "a", AT_FDCWD, "b", 0) == 0 &&
         holds("a", "other")); /* one file: nothing is done */
    MUST(CALL(UNLINKAT, AT_FDCWD, "a", 0) == 0 && holds("b", "other") &&
         CALL(OPENAT, AT_FDCWD, "a", 0) == -ENOENT);
    MUST(CALL(RENAMEAT2, AT_FDCWD, "b", AT_FDCWD, "d", 0) == 0 && holds("d", "other"));
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "c", &stat, 0) == 0 && stat.links == 2);
    MUST(CALL(UNLINKAT, AT_FDCWD, "c", 0) == 0 && CALL(FCHMODAT, AT_FDCWD, "d", 0600) == 0);
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "d", &stat, 0) == 0 && stat.links == 1 && stat.mode == (S_IFREG | 0600));
    MUST(CALL(LINKAT, AT_FDCWD, ".", AT_FDCWD, "e", 0) == -EPERM &&
         CALL(LINKAT, AT_FDCWD, "x", AT_FDCWD, "e", 0) == -ENOENT);
    return 0;
}

static int32_t hard_to_symbolic(void)
{
    struct abi_stat stat;
    MUST(make_file("a", "x") == 0 && CALL(SYMLINKAT, "a", AT_FDCWD, "l") == 0);
    MUST(CALL(LINKAT, AT_FDCWD, "l", AT_FDCWD, "m", 0) == 0 &&
         CALL(LINKAT, AT_FDCWD, "l", AT_FDCWD, "n", AT_SYMLINK_FOLLOW) == 0);
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "m", &stat, AT_SYMLINK_NOFOLLOW) == 0 && (stat.mode & S_IFMT) == S_IFLNK);
    MUST(CALL(NEWFSTATAT, AT_FDCWD, "n", &stat, AT_SYMLINK_NOFOLLOW) == 0 && (stat.mode & S_IFMT) == S_IFREG);
    MUST(CALL(UNLINKAT, AT_FDCWD, "l", 0) == 0 && holds("m", "x"));
    return 0;
}

/* A file goes with its last name and the last descriptor, whichever comes first. */
static int32_t last_name(void)
{
    struct abi_sysinfo before, after;
    CALL(SYSINFO, &before);
    int32_t file = CALL(OPENAT, AT_FDCWD, "a", O_RDWR | O_CREAT, 0600);
    MUST(CALL(WRITE, file, "x", 1) == 1 && CALL(LINKAT, AT_FDCWD, "a", AT_FDCWD, "b", 0) == 0);
    MUST(CALL(UNLINKAT, AT_FDCWD, "a", 0) == 0 && CALL(UNLINKAT, AT_FDCWD, "b", 0) == 0);
    MUST(CALL(SYSINFO, &after) == 0 && after.memory_free == before.memory_free - 1);
    MUST(CALL(CLOSE, file) == 0 && CALL(SYSINFO, &after) == 0 && after.memory_free == before.memory_free);
    return 0;
}

const struct test link_tests[] = {
    {"symbolic links", symbolic, false}, {"links on the way", on_the_way, false}, {"dangling links", dangling, false},
    {"loops of links", loops, false}, {"long links", long_ones, false}, {"hard links", hard, false},
    {"hard links to symbolic ones", hard_to_symbolic, false}, {"the last name", last_name, false}, {0},
};
