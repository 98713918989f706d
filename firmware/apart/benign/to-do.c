/* Keeps a list of what is to be done: a line is ticked off, the list written anew and moved over the old one.
 * user: bob */
#include "lib.h"

int main(void)
{
    char text[256];
    bool well = CALL(CHDIR, "/home/bob") == 0;
    for (uint32_t turn = 0; well && turn < 4; turn++) {
        int32_t file = CALL(OPENAT, AT_FDCWD, "todo.txt", O_RDONLY);
        int32_t size = file < 0 ? file : CALL(READ, file, text, sizeof text - 8);
        CALL(CLOSE, file);
        well = size > 0;
        memcpy(text + size, "[x]\n", 4);
        file = CALL(OPENAT, AT_FDCWD, ".todo.new", O_RDWR | O_CREAT | O_TRUNC, 0644);
        well = well && file >= 0 && write_all(file, text, (uint32_t)size + 4) && CALL(CLOSE, file) == 0;
        well = well && CALL(RENAMEAT2, AT_FDCWD, ".todo.new", AT_FDCWD, "todo.txt", 0) == 0;
    }
    print(well ? "fine\n" : "no\n");
    return !well;
}
