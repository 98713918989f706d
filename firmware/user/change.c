/* Programs that change something: mkdir, rm, mv, ln, cp, kill, sleep, su; and true and false. */
#include "lib.h"

int run_true(int count, char **arguments)
{
    (void)count, (void)arguments;
    return 0;
}

int run_false(int count, char **arguments)
{
    (void)count, (void)arguments;
    return 1;
}

int run_mkdir(int count, char **arguments)
{
    int worst = 0;
    for (int place = 1; place < count; place++) {
        int32_t failed = CALL(MKDIRAT, AT_FDCWD, arguments[place], 0755);
        if (failed)
            worst = complain("mkdir", arguments[place], failed);
    }
    return worst;
}

int run_rm(int count, char **arguments)
{
    bool all = count > 1 && begins(arguments[1], "-") && find(arguments[1], "r");
    int worst = 0;
    for (int place = 1; place < count; place++) {
        if (arguments[place][0] == '-')
            continue;
        int32_t failed = all ? remove_all(arguments[place])
                             : CALL(UNLINKAT, AT_FDCWD, arguments[place], 0);
        if (failed)
            worst = complain("rm", arguments[place], failed);
    }
    return worst;
}

/* Make the path that something goes to: into a folder it goes by its own name. */
static bool target(const char *from, const char *into, char path[PATH_BYTES])
{
    struct abi_stat stat;
    if (CALL(NEWFSTATAT, AT_FDCWD, into, &stat) == 0 && (stat.mode & S_IFMT) == S_IFDIR)
        return join(path, into, last_part(from));
    return join(path, "", into);
}

/* Copy a file; return what failed, 0 if nothing has, and in `*what` with what. */
static int32_t copy(const char *from, const char *into, const char **what)
{
    char bytes[256];
    struct abi_stat stat;
    *what = from;
    int32_t source = CALL(OPENAT, AT_FDCWD, from, O_RDONLY), moved = source < 0 ? source : CALL(FSTAT, source, &stat);
    if (moved < 0)
        return moved;
    int32_t copied = CALL(OPENAT, AT_FDCWD, into, O_WRONLY | O_CREAT | O_TRUNC, stat.mode & 0777);
    int32_t failed = copied;
    while (failed >= 0 && (moved = CALL(READ, source, bytes, sizeof bytes)) > 0)
        if (!write_all(copied, bytes, (uint32_t)moved))
            failed = -ENOSPC;
    int32_t closed = copied < 0 ? 0 : CALL(CLOSE, copied);
    CALL(CLOSE, source);
    if (moved < 0)
        return moved;
    *what = into;
    return failed < 0 ? failed : closed;
}

int run_mv(int count, char **arguments)
{
    const char *what = arguments[1];
    char path[PATH_BYTES];
    if (count != 3)
        return complain("mv", "name what is to be moved, and whereto", -EINVAL);
    if (!target(arguments[1], arguments[2], path))
        return complain("mv", arguments[2], -ENAMETOOLONG);
    int32_t failed = CALL(RENAMEAT2, AT_FDCWD, arguments[1], AT_FDCWD, path, 0);
    if (failed == -EXDEV) { /* from what passes with a reset to what lasts, or back */
        failed = copy(arguments[1], path, &what);
        if (!failed)
            failed = CALL(UNLINKAT, AT_FDCWD, arguments[1], 0);
    }
    return failed ? complain("mv", what, failed) : 0;
}

int run_ln(int count, char **arguments)
{
    char path[PATH_BYTES];
    bool symbolic = count > 1 && same(arguments[1], "-s");
    if (count != (symbolic ? 4 : 3))
        return complain("ln", "name what is to be linked to, and the link", -EINVAL);
    const char *held = arguments[count - 2], *into = arguments[count - 1];
    if (!target(held, into, path))
        return complain("ln", into, -ENAMETOOLONG);
    int32_t failed = symbolic ? CALL(SYMLINKAT, held, AT_FDCWD, path)
                              : CALL(LINKAT, AT_FDCWD, held, AT_FDCWD, path, 0);
    return failed ? complain("ln", path, failed) : 0;
}

int run_cp(int count, char **arguments)
{
    char path[PATH_BYTES];
    const char *what;
    if (count != 3)
        return complain("cp", "name what is to be copied, and whereto", -EINVAL);
    if (!target(arguments[1], arguments[2], path))
        return complain("cp", arguments[2], -ENAMETOOLONG);
    int32_t failed = copy(arguments[1], path, &what);
    return failed ? complain("cp", what, failed) : 0;
}

int run_kill(int count, char **arguments)
{
    uint32_t signal = SIGTERM, process;
    int place = 1, worst = 0;
    if (count > 1 && arguments[1][0] == '-' && !number_of(arguments[place++] + 1, &signal))
        return complain("kill", arguments[1], -EINVAL);
    for (; place < count; place++) {
        int32_t failed = number_of(arguments[place], &process) ? CALL(KILL, process, signal) : -EINVAL;
        if (failed)
            worst = complain("kill", arguments[place], failed);
    }
    return worst;
}

int run_sleep(int count, char **arguments)
{
    uint32_t seconds;
    if (count != 2 || !number_of(arguments[1], &seconds))
        return complain("sleep", "say how many seconds", -EINVAL);
    struct abi_timespec span = {seconds, 0};
    CALL(NANOSLEEP, &span);
    return 0;
}

/* Find a user's number in /etc/passwd. */
static bool user_named(const char *name, uint32_t *user, uint32_t *group)
{
    char accounts[256];
    uint32_t length = length_of(name);
    if (read_file("/etc/passwd", accounts, sizeof accounts) < 0)
        return false;
    for (const char *line = accounts; *line;) {
        if (begins(line, name) && line[length] == ':') {
            uint32_t numbers[2] = {0, 0};
            const char *field = line + length + 1;
            while (*field && *field++ != ':')
                ;
            for (uint32_t which = 0; which < 2; which++, field++)
                for (; *field >= '0' && *field <= '9'; field++)
                    numbers[which] = numbers[which] * 10 + (uint32_t)(*field - '0');
            *user = numbers[0];
            *group = numbers[1];
            return true;
        }
        while (*line && *line++ != '\n')
            ;
    }
    return false;
}

int run_su(int count, char **arguments)
{
    char *shell[] = {(char *)"sh", NULL, NULL, NULL}, *environment[] = {(char *)"PATH=/bin", NULL};
    const char *name = count > 1 ? arguments[1] : "root";
    uint32_t user, group;
    if (!user_named(name, &user, &group))
        return complain("su", name, -ENOENT);
    int32_t failed = CALL(SETGID, group);
    if (!failed)
        failed = CALL(SETUID, user);
    if (failed)
        return complain("su", name, failed);
    if (count > 3 && same(arguments[2], "-c")) {
        shell[1] = arguments[2];
        shell[2] = arguments[3];
    }
    return complain("su", "/bin/sh", CALL(EXECVE, "/bin/sh", shell, environment));
}
