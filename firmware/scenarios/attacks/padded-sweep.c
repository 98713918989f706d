/* T1083, T1003.008: a sweep of /etc with many calls without effect between two that count.
 * aim: secrets */
#include "lib.h"

static uint32_t got;

static void pad(void)
{
    for (uint32_t turn = 0; turn < 25; turn++) {
        CALL(GETPID);
        CALL(GETUID);
        CALL(SCHED_YIELD);
    }
}

static int32_t take(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    char text[256];
    (void)with;
    pad();
    if (behind || (stat->mode & S_IFMT) != S_IFREG)
        return 0;
    int32_t size = read_file(path, text, sizeof text);
    pad();
    if (size > 0) {
        print_bytes(text, (uint32_t)size);
        got += find(path, "shadow") != NULL;
    }
    return 0;
}

int main(void)
{
    each_below("/etc", take, NULL);
    print(got ? "done\n" : "no\n");
    return !got;
}
