/* T1486: scrambles every file in the homes where it stands. */
#include "lib.h"

static uint32_t taken;

static int32_t scramble(const char *folder, const char *name, void *with)
{
    char path[PATH_BYTES], text[512];
    (void)with;
    int32_t file = join(path, folder, name) ? CALL(OPENAT, AT_FDCWD, path, O_RDWR) : -1;
    int32_t size = file < 0 ? file : CALL(READ, file, text, sizeof text);
    for (int32_t place = 0; place < size; place++)
        text[place] = (char)(text[place] + 13);
    if (size > 0 && CALL(LSEEK, file, 0, SEEK_SET) == 0 && CALL(WRITE, file, text, size) == size)
        taken++;
    CALL(CLOSE, file);
    return 0;
}

int main(void)
{
    each_entry("/home/alice", scramble, NULL);
    each_entry("/home/bob", scramble, NULL);
    print(taken ? "done\n" : "no\n");
    return !taken;
}
