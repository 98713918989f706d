/* What a keeper of times does at night: /etc and the homes packed by a program that it begins, and a line about it. */
#include "loopback.h"

int main(void)
{
    char *environment[] = {(char *)"PATH=/bin", NULL};
    char *words[] = {(char *)"tar", (char *)"cf", (char *)"/var/tmp/nightly.tar", (char *)"/etc", (char *)"/home", NULL};
    CALL(MKDIRAT, AT_FDCWD, "/var/tmp", 0777);
    int32_t log = CALL(OPENAT, AT_FDCWD, "/tmp/nightly.log", O_WRONLY | O_CREAT | O_APPEND, 0644);
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        CALL(DUP3, log, STANDARD_ERROR, 0);
        leave(CALL(EXECVE, "/bin/tar", words, environment) != 0);
    }
    struct abi_stat stat;
    bool well = ended(child) == 0 && CALL(NEWFSTATAT, AT_FDCWD, words[2], &stat, 0) == 0 && stat.size > 4096;
    well = well && write_all(log, "packed\n", 7);
    CALL(UNLINKAT, AT_FDCWD, words[2], 0);
    print(well ? "fine\n" : "no\n");
    return !well;
}
