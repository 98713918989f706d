/* T1499.001: every copy makes more copies, until there is no room for another one. */
#include "loopback.h"

int main(void)
{
    bool full = false;
    for (uint32_t turn = 0; turn < 30; turn++) {
        int32_t child = CALL(CLONE, CLONE_FORK);
        full |= child < 0 && child != -EPERM;
        if (child == 0) {
            for (uint32_t more = 0; more < 3; more++)
                CALL(CLONE, CLONE_FORK);
            wait_ms(200);
            leave(0);
        }
    }
    while (CALL(WAIT4, -1, 0, 0, 0) > 0)
        ;
    print(full ? "done\n" : "no\n");
    return !full;
}
