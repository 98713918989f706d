/* Puts a new page in the place of the old one: written beside, looked at, moved over it. */
#include "lib.h"

int main(void)
{
    static const char page[] = "<html><body>It is another day.</body></html>\n";
    char text[256];
    bool well = read_file("/var/www/index.html", text, sizeof text) > 0;
    for (uint32_t turn = 0; well && turn < 3; turn++) {
        int32_t file = CALL(OPENAT, AT_FDCWD, "/var/www/.index", O_WRONLY | O_CREAT | O_TRUNC, 0644);
        well = file >= 0 && write_all(file, page, sizeof page - 1) && CALL(CLOSE, file) == 0;
        well = well && read_file("/var/www/.index", text, sizeof text) == sizeof page - 1;
        well = well && CALL(RENAMEAT2, AT_FDCWD, "/var/www/.index", AT_FDCWD, "/var/www/index.html", 0) == 0;
    }
    print(well ? "fine\n" : "no\n");
    return !well;
}
