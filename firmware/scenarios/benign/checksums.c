/* Checksums of programs, as a package manager verifies them: the first kilobytes of each. */
#include "lib.h"

#define READ_MOST 2048

static uint32_t files, total;

static int32_t sum(const char *folder, const char *name, void *with)
{
    char path[PATH_BYTES], bytes[512];
    struct abi_stat stat;
    uint32_t hash = 2166136261u;
    (void)with;
    int32_t file = join(path, folder, name) ? CALL(OPENAT, AT_FDCWD, path, O_RDONLY) : -1, count;
    if (file < 0 || CALL(FSTAT, file, &stat) < 0)
        return -EIO;
    for (uint32_t done = 0; done < READ_MOST && (count = CALL(READ, file, bytes, sizeof bytes)) > 0; done += 512)
        for (int32_t place = 0; place < count; place++)
            hash = (hash ^ (uint8_t)bytes[place]) * 16777619u;
    CALL(CLOSE, file);
    files++;
    total ^= hash;
    return 0;
}

int main(void)
{
    bool well = each_entry("/bin", sum, NULL) == 0 && files > 20;
    print_number(total, 12);
    print(well ? "\nfine\n" : "\nno\n");
    return !well;
}
