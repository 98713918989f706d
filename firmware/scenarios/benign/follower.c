/* Follows a file that another process writes to, as tail -f does. */
#include "loopback.h"

int main(void)
{
    char text[64];
    int32_t file = CALL(OPENAT, AT_FDCWD, "/tmp/growing", O_RDWR | O_CREAT | O_TRUNC, 0644);
    int32_t child = CALL(CLONE, CLONE_FORK), all = 0, count;
    if (child == 0) {
        int32_t own = CALL(OPENAT, AT_FDCWD, "/tmp/growing", O_WRONLY | O_APPEND);
        for (uint32_t turn = 0; turn < 8; turn++) {
            write_all(own, "another line\n", 13);
            wait_ms(120);
        }
        leave(0);
    }
    for (uint32_t turn = 0; turn < 60 && all < 8 * 13; turn++) {
        while ((count = CALL(READ, file, text, sizeof text)) > 0) {
            print_bytes(text, (uint32_t)count);
            all += count;
        }
        wait_ms(50);
    }
    bool well = ended(child) == 0 && all == 8 * 13;
    print(well ? "fine\n" : "no\n");
    return !well;
}
