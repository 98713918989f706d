/* An editor that changes a word in a file of settings: read, changed, written beside, renamed over it.
 * user: alice */
#include "lib.h"

#define SETTINGS "/home/alice/.config/editor"

static bool write_new(const char *path, const char *text, uint32_t size)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    return file >= 0 && write_all(file, text, size) && CALL(CLOSE, file) == 0;
}

int main(void)
{
    char text[256];
    CALL(MKDIRAT, AT_FDCWD, "/home/alice/.config", 0700);
    bool well = write_new(SETTINGS, "tab=8\nwrap=off\ncolour=blue\n", 27);
    for (uint32_t turn = 0; well && turn < 5; turn++) {
        int32_t size = read_file(SETTINGS, text, sizeof text);
        well = size == 27 && text[4] != 0;
        text[4] = (char)('0' + turn);
        well = well && write_new(SETTINGS "~", text, (uint32_t)size) &&
               CALL(RENAMEAT2, AT_FDCWD, SETTINGS "~", AT_FDCWD, SETTINGS, 0) == 0;
    }
    well = well && read_file(SETTINGS, text, sizeof text) == 27 && begins(text, "tab=4");
    print(well ? "fine\n" : "no\n");
    return !well;
}
