/* The first process: a shell on the console, again and again; it takes in whoever has lost his parent. */
#include "lib.h"

int run_init(int count, char **arguments)
{
    char *shell[] = {(char *)"sh", NULL}, *environment[] = {(char *)"PATH=/bin", NULL}, text[256];
    (void)count, (void)arguments;
    for (;;) {
        if (read_file("/etc/motd", text, sizeof text) > 0)
            print(text);
        flush();
        int32_t child = CALL(CLONE, CLONE_FORK);
        if (child == 0) {
            CALL(CHDIR, "/root");
            leave(complain("init", "/bin/sh", CALL(EXECVE, "/bin/sh", shell, environment)));
        }
        if (child < 0) {
            struct abi_timespec second = {1, 0};
            complain("init", "sh", child);
            CALL(NANOSLEEP, &second);
        }
        for (int32_t ended = child + 1; child > 0 && ended != child && ended != -ECHILD;)
            ended = CALL(WAIT4, -1);
    }
}
