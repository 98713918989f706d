/* A diary: lines put behind what is there, read again from the start.
 * user: bob */
#include "loopback.h"

int main(void)
{
    char text[256];
    bool well = CALL(CHDIR, "/home/bob") == 0;
    for (uint32_t day = 0; well && day < 6; day++) {
        int32_t file = CALL(OPENAT, AT_FDCWD, "diary", O_RDWR | O_CREAT | O_APPEND, 0600);
        well = file >= 0 && write_all(file, "it rained again\n", 16) && CALL(LSEEK, file, 0, SEEK_SET) == 0;
        well = well && CALL(READ, file, text, sizeof text) == (int32_t)(16 * (day + 1)) && CALL(CLOSE, file) == 0;
        wait_ms(100);
    }
    well = CALL(UNLINKAT, AT_FDCWD, "diary", 0) == 0 && well;
    print(well ? "fine\n" : "no\n");
    return !well;
}
