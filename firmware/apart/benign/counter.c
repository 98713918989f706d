/* A server that counts its visitors, and five clients that come one after the other. */
#include "loopback.h"

#define PORT 7100

static void serve(int32_t visitors)
{
    char text[8];
    int32_t server = listener(PORT);
    for (char count = 1; count <= visitors; count++) {
        int32_t peer = CALL(ACCEPT, server, 0, 0);
        CALL(RECVFROM, peer, text, sizeof text, 0);
        text[0] = (char)('0' + count);
        CALL(SENDTO, peer, text, 1, MSG_NOSIGNAL);
        CALL(CLOSE, peer);
    }
    leave(0);
}

int main(void)
{
    bool well = true;
    int32_t server = CALL(CLONE, CLONE_FORK);
    if (server == 0)
        serve(5);
    for (uint32_t turn = 0; turn < 5; turn++) {
        int32_t child = CALL(CLONE, CLONE_FORK);
        if (child == 0) {
            char text[8] = {0};
            int32_t socket = connection(PORT);
            bool told = CALL(SENDTO, socket, "hi", 2, MSG_NOSIGNAL) == 2 &&
                        CALL(RECVFROM, socket, text, sizeof text, 0) == 1 && text[0] == (char)('1' + turn);
            leave(!told);
        }
        well = ended(child) == 0 && well;
    }
    well = ended(server) == 0 && well;
    print(well ? "fine\n" : "no\n");
    return !well;
}
