/* A queue of work: three workers take numbers from a pipe, and send back what they make of them. */
#include "loopback.h"

#define WORKERS 3
#define TASKS 24

int main(void)
{
    int32_t tasks[2], results[2], children[WORKERS];
    uint32_t number, sum = 0;
    CALL(PIPE2, tasks, 0);
    CALL(PIPE2, results, 0);
    for (uint32_t worker = 0; worker < WORKERS; worker++) {
        children[worker] = CALL(CLONE, CLONE_FORK);
        if (children[worker] == 0) {
            CALL(CLOSE, tasks[1]);
            while (CALL(READ, tasks[0], &number, sizeof number) == sizeof number) {
                number *= number;
                CALL(WRITE, results[1], &number, sizeof number);
            }
            leave(0);
        }
    }
    for (number = 1; number <= TASKS; number++)
        CALL(WRITE, tasks[1], &number, sizeof number);
    CALL(CLOSE, tasks[1]);
    CALL(CLOSE, results[1]);
    while (CALL(READ, results[0], &number, sizeof number) == sizeof number)
        sum += number;
    bool well = sum == TASKS * (TASKS + 1) * (2 * TASKS + 1) / 6;
    for (uint32_t worker = 0; worker < WORKERS; worker++)
        well = ended(children[worker]) == 0 && well;
    print(well ? "fine\n" : "no\n");
    return !well;
}
