/* Full tables and full memory: a clear error, and all is to be had again afterwards. */
#include "suite.h"

static int32_t descriptors(void)
{
    int32_t file, last = -1;
    while ((file = CALL(OPENAT, AT_FDCWD, ".", O_RDONLY)) >= 0)
        last = file;
    MUST(file == -EMFILE && last == 10 && CALL(DUP, 0) == -EMFILE &&
         CALL(SOCKET, AF_INET, SOCK_STREAM, 0) == -EMFILE);
    int32_t ends[2];
    MUST(CALL(CLOSE, last) == 0 && CALL(PIPE2, ends, 0) == -EMFILE && CALL(DUP, 0) == last);
    return 0;
}

static int32_t pipes(void)
{
    int32_t ends[2], made = 0, failed;
    CALL(CLOSE, 0);
    CALL(CLOSE, 1);
    CALL(CLOSE, 2);
    while ((failed = CALL(PIPE2, ends, 0)) == 0 && made < 20)
        made++, CALL(CLOSE, ends[1] == 11 ? 11 : ends[0]); /* an end each stays */
    MUST((failed == -ENFILE || failed == -EMFILE) && made >= 5);
    return 0;
}

static int32_t hold_files(void)
{
    for (uint32_t descriptor = 0; descriptor < 3; descriptor++)
        CALL(CLOSE, descriptor);
    for (uint32_t held = 0; held < 9; held++)
        if (CALL(OPENAT, AT_FDCWD, "/etc/motd", O_RDONLY) < 0)
            return 1;
    sleep_ms(1000000); /* until it is ended */
    return 0;
}

static int32_t files(void)
{
    int32_t children[4], file;
    for (uint32_t child = 0; child < 4; child++)
        children[child] = begin(hold_files);
    sleep_ms(20);
    while ((file = CALL(OPENAT, AT_FDCWD, "/etc/motd", O_RDONLY)) >= 0)
        ;
    MUST(file == -ENFILE && CALL(SOCKET, AF_INET, SOCK_STREAM, 0) == -ENFILE);
    for (uint32_t child = 0; child < 4; child++)
        MUST(CALL(KILL, children[child], SIGKILL) == 0 && ended(children[child]) == 1000 + SIGKILL);
    MUST(CALL(OPENAT, AT_FDCWD, "/etc/motd", O_RDONLY) >= 0);
    return 0;
}

static int32_t names(void)
{
    char name[] = "00";
    uint32_t made = 0;
    int32_t file;
    for (;; made++) {
        name[0] = (char)('A' + made / 40);
        name[1] = (char)('A' + made % 40);
        if ((file = CALL(OPENAT, AT_FDCWD, name, O_WRONLY | O_CREAT, 0600)) < 0)
            break;
        CALL(CLOSE, file);
    }
    MUST(file == -ENOSPC && made > 20 && CALL(MKDIRAT, AT_FDCWD, "f", 0755) == -ENOSPC);
    MUST(CALL(SYMLINKAT, "x", AT_FDCWD, "l") == -ENOSPC &&
         CALL(LINKAT, AT_FDCWD, "AA", AT_FDCWD, "l", 0) == -ENOSPC);
    MUST(CALL(MKNODAT, AT_FDCWD, "l", S_IFIFO | 0600, 0) == -ENOSPC && CALL(UNLINKAT, AT_FDCWD, "AA", 0) == 0);
    MUST(CALL(SYMLINKAT, "x", AT_FDCWD, "l") == 0);
    return 0;
}

static int32_t memory(void)
{
    struct abi_sysinfo before, after;
    char name[2] = "a";
    int32_t written = 0;
    CALL(SYSINFO, &before);
    for (; name[0] < 'e' && written >= 0; name[0]++) {
        int32_t file = CALL(OPENAT, AT_FDCWD, name, O_WRONLY | O_CREAT, 0600);
        while ((written = CALL(WRITE, file, bytes, 512)) == 512)
            ;
        if (written == -EFBIG)
            written = 0;
        CALL(CLOSE, file);
    }
    MUST(written == -ENOSPC && CALL(CLONE, CLONE_FORK) == -ENOMEM &&
         CALL(SYMLINKAT, "x", AT_FDCWD, "l") == -ENOSPC);
    MUST(CALL(OPENAT, AT_FDCWD, "l", O_RDONLY) == -ENOENT && CALL(SYSINFO, &after) == 0 && after.memory_free == 0);
    while (--name[0] >= 'a')
        MUST(CALL(UNLINKAT, AT_FDCWD, name, 0) == 0);
    MUST(CALL(SYSINFO, &after) == 0 && after.memory_free == before.memory_free);
    return 0;
}

static int32_t wait_to_be_ended(void)
{
    sleep_ms(1000000);
    return 0;
}

static int32_t processes(void)
{
    int32_t child, born = 0, gone = 0;
    while ((child = begin(wait_to_be_ended)) > 0)
        born++;
    MUST((child == -EAGAIN || child == -ENOMEM) && born >= 4);
    MUST(CALL(SETPGID, 0, 0) == 0 && ignore_signal(SIGTERM) == 0 && CALL(KILL, -1, 0) == 0);
    for (int32_t id = 2; gone < born; gone++) {
        while (CALL(GETPGID, id) < 0 || id == CALL(GETPID))
            id++;
        MUST(CALL(KILL, id, SIGTERM) == 0 && ended(id) == 1000 + SIGTERM);
    }
    return 0;
}

const struct test full_tests[] = {
    {"all descriptors", descriptors, false}, {"all pipes", pipes, false}, {"all open files", files, true},
    {"all names", names, true}, {"all memory for files", memory, true}, {"all processes", processes, true}, {0},
};
