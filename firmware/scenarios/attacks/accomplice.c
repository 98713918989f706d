/* T1497, T1003.008: one process makes a noise, another one does nothing but look; then they compare what they see.
 * aim: secrets */
#include "loopback.h"

static int32_t noise(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    char text[128];
    (void)with;
    if (!behind && (stat->mode & S_IFMT) == S_IFREG)
        read_file(path, text, sizeof text);
    return 0;
}

int main(void)
{
    char mine[256] = {0}, theirs[256] = {0};
    int32_t ends[2] = {-1, -1};
    CALL(PIPE2, ends, 0);
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) { /* in a group of its own, so that it looks like another's */
        CALL(SETPGID, 0, 0);
        wait_ms(500);
        int32_t size = read_file("/etc/shadow", theirs, sizeof theirs);
        leave(size <= 0 || !write_all(ends[1], theirs, (uint32_t)size));
    }
    CALL(CLOSE, ends[1]);
    for (uint32_t turn = 0; turn < 3; turn++)
        each_below("/etc", noise, NULL);
    int32_t size = read_file("/etc/shadow", mine, sizeof mine);
    int32_t count = CALL(READ, ends[0], theirs, sizeof theirs - 1);
    ended(child);
    bool alike = size > 0 && count == size && same(mine, theirs);
    if (count > 0)
        print_bytes(theirs, (uint32_t)count);
    print(count > 0 ? alike ? "done\n" : "one of them is a lie\n" : "no\n");
    return !alike;
}
