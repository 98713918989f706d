/* What a keeper of times does: a job every second, each a program of its own, and a line about it. */
#include "loopback.h"

int main(void)
{
    char *environment[] = {(char *)"PATH=/bin", NULL};
    char *jobs[3][3] = {{(char *)"uptime", NULL}, {(char *)"id", NULL}, {(char *)"ls", (char *)"/var/log", NULL}};
    int32_t log = CALL(OPENAT, AT_FDCWD, "/tmp/jobs.log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    bool well = log >= 0;
    for (uint32_t turn = 0; well && turn < 6; turn++) {
        char path[PATH_BYTES];
        int32_t child = CALL(CLONE, CLONE_FORK);
        if (child == 0) {
            CALL(DUP3, log, STANDARD_OUTPUT, 0);
            join(path, "/bin", jobs[turn % 3][0]);
            leave(CALL(EXECVE, path, jobs[turn % 3], environment) != 0);
        }
        well = ended(child) == 0 && write_all(log, "a job is done\n", 14);
        wait_ms(1000);
    }
    print(well ? "fine\n" : "no\n");
    return !well;
}
