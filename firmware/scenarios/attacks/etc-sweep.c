/* T1083, T1087.001: opens and reads every file below /etc, and writes all of it out.
 * aim: secrets */
#include "lib.h"

static uint32_t refused;

static int32_t take(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    char text[256];
    (void)with;
    if (behind || (stat->mode & S_IFMT) != S_IFREG)
        return 0;
    int32_t size = read_file(path, text, sizeof text);
    if (size < 0)
        refused++;
    else
        print_bytes(text, (uint32_t)size);
    return 0;
}

int main(void)
{
    int32_t failed = each_below("/etc", take, NULL);
    print(failed || refused ? "no\n" : "done\n");
    return failed || refused;
}
