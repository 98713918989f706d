/* A child ticks into a pipe; its parent waits for each tick no longer than it must, and writes down when it came. */
#include "loopback.h"

int main(void)
{
    int32_t ends[2] = {-1, -1}, got = 0;
    char tick;
    CALL(PIPE2, ends, 0);
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        CALL(CLOSE, ends[0]);
        for (uint32_t turn = 0; turn < 6; turn++) {
            wait_ms(40);
            CALL(WRITE, ends[1], ".", 1);
        }
        leave(0);
    }
    CALL(CLOSE, ends[1]);
    int32_t log = CALL(OPENAT, AT_FDCWD, "/tmp/ticks", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    for (uint32_t turn = 0; turn < 40 && got < 6; turn++) {
        struct abi_pollfd polled = {ends[0], POLLIN, 0};
        struct abi_timespec patience = {0, 50000000};
        if (CALL(PPOLL, &polled, 1, &patience) == 1 && CALL(READ, ends[0], &tick, 1) == 1)
            got += write_all(log, "tick\n", 5);
    }
    bool well = got == 6 && ended(child) == 0 && CALL(CLOSE, log) == 0;
    print(well ? "fine\n" : "no\n");
    return !well;
}
