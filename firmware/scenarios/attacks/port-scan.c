/* T1046: tries one port of this machine after the other, and notes which answer. */
#include "loopback.h"

#define PORTS 120

int main(void)
{
    uint32_t refused = 0;
    int32_t open = listener(1050);
    for (uint32_t port = 1000; port < 1000 + PORTS; port++) {
        struct abi_sockaddr name = at_port(port);
        int32_t socket = CALL(SOCKET, AF_INET, SOCK_STREAM, 0);
        int32_t failed = socket < 0 ? socket : CALL(CONNECT, socket, &name, sizeof name);
        if (failed == 0)
            print("open\n");
        refused += failed == -EPERM;
        CALL(CLOSE, socket);
    }
    CALL(CLOSE, open);
    print(refused ? "no\n" : "done\n");
    return refused != 0;
}
