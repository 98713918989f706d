/* Keeps a copy of a folder as it is: what is newer or not there is copied, what is alike is left. */
#include "lib.h"

static uint32_t copied, kept;

static int32_t bring(const char *folder, const char *name, void *with)
{
    char from[PATH_BYTES], into[PATH_BYTES], text[512];
    struct abi_stat one, other;
    (void)with;
    if (!join(from, folder, name) || !join(into, "/tmp/mirror", name) || CALL(NEWFSTATAT, AT_FDCWD, from, &one, 0) < 0)
        return -EIO;
    if ((one.mode & S_IFMT) != S_IFREG)
        return 0;
    if (CALL(NEWFSTATAT, AT_FDCWD, into, &other, 0) == 0 && other.size == one.size) {
        kept++;
        return 0;
    }
    int32_t size = read_file(from, text, sizeof text);
    int32_t file = CALL(OPENAT, AT_FDCWD, into, O_WRONLY | O_CREAT | O_TRUNC, one.mode & 0777);
    if (size < 0 || file < 0 || !write_all(file, text, (uint32_t)size) || CALL(CLOSE, file) < 0)
        return -EIO;
    copied++;
    return 0;
}

int main(void)
{
    bool well = CALL(MKDIRAT, AT_FDCWD, "/tmp/mirror", 0700) == 0;
    for (uint32_t turn = 0; well && turn < 3; turn++)
        well = each_entry("/var/www", bring, NULL) == 0 && each_entry("/home/bob", bring, NULL) == 0;
    well = well && copied >= 2 && kept >= 4;
    print(well ? "fine\n" : "no\n");
    return !well;
}
