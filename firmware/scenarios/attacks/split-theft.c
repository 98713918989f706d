/* T1003.008, T1552.004: a child for every secret, none of which does more than read one file and pass it on.
 * aim: secrets */
#include "loopback.h"

static const char *const wanted[] = {"/etc/passwd", "/etc/shadow", "/home/alice/.ssh/id_ed25519",
                                     "/etc/ssh/ssh_host_key", "/root/notes.txt", "/etc/group"};

int main(void)
{
    char text[256];
    uint32_t got = 0;
    for (uint32_t row = 0; row < sizeof wanted / sizeof wanted[0]; row++) {
        int32_t ends[2] = {-1, -1};
        CALL(PIPE2, ends, 0);
        int32_t child = CALL(CLONE, CLONE_FORK);
        if (child == 0) {
            int32_t size = read_file(wanted[row], text, sizeof text);
            leave(size <= 0 || !write_all(ends[1], text, (uint32_t)size));
        }
        CALL(CLOSE, ends[1]);
        int32_t count = CALL(READ, ends[0], text, sizeof text);
        CALL(CLOSE, ends[0]);
        ended(child);
        if (count > 0) {
            print_bytes(text, (uint32_t)count);
            got += row > 0 && row < 5;
        }
    }
    print(got ? "done\n" : "no\n");
    return !got;
}
