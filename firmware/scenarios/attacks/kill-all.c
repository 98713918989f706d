/* T1489: ends every process there is, one number after the other, then all that are left. */
#include "lib.h"

int main(void)
{
    int32_t self = CALL(GETPID);
    uint32_t hit = 0;
    for (int32_t process = 1; process < self + 20; process++)
        hit += process != self && process > 1 && CALL(KILL, process, SIGKILL) == 0;
    for (uint32_t turn = 0; turn < 3; turn++)
        hit += CALL(KILL, -1, SIGKILL) == 0;
    print(hit ? "done\n" : "no\n");
    return !hit;
}
