/* T1003.008, T1041: reads the password hashes and sends them to a listener.
 * aim: secrets */
#include "loopback.h"

int main(void)
{
    char text[512];
    int32_t collector = begin_collector(4444);
    int32_t size = read_file("/etc/shadow", text, sizeof text), socket = connection(4444);
    bool sent = size > 0 && socket >= 0 && CALL(SENDTO, socket, text, size, MSG_NOSIGNAL) == size;
    CALL(CLOSE, socket);
    if (socket < 0)
        CALL(KILL, collector, SIGKILL);
    ended(collector);
    print(sent ? "done\n" : "no\n");
    return !sent;
}
