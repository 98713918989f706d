/* A server of files on the loopback, and a client that asks for three, one of which is not there. */
#include "loopback.h"

#define PORT 8080

static void serve(int32_t requests)
{
    char path[PATH_BYTES], text[256];
    int32_t server = listener(PORT);
    while (requests--) {
        int32_t peer = CALL(ACCEPT, server, 0, 0), size = CALL(RECVFROM, peer, text, sizeof text - 1, 0), count = -1;
        text[size < 0 ? 0 : size] = 0;
        if (join(path, "/var/www", text))
            count = read_file(path, text, sizeof text);
        if (count < 0)
            CALL(SENDTO, peer, "404\n", 4, MSG_NOSIGNAL);
        else
            CALL(SENDTO, peer, text, count, MSG_NOSIGNAL);
        CALL(CLOSE, peer);
    }
    leave(0);
}

static int32_t ask(const char *name)
{
    char text[256];
    int32_t socket = connection(PORT), count = 0;
    if (socket < 0 || CALL(SENDTO, socket, name, length_of(name), MSG_NOSIGNAL) < 0)
        return -1;
    count = CALL(RECVFROM, socket, text, sizeof text, 0);
    if (count > 0)
        print_bytes(text, (uint32_t)count);
    CALL(CLOSE, socket);
    return count;
}

int main(void)
{
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0)
        serve(3);
    bool well = ask("index.html") > 4 && ask("index.html") > 4 && ask("nothing.html") == 4;
    well = ended(child) == 0 && well;
    print(well ? "fine\n" : "no\n");
    return !well;
}
