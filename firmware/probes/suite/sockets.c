/* Streams over the loopback. */
#include "suite.h"

#define PORT 4242

static struct abi_sockaddr name_of(uint32_t port)
{
    return (struct abi_sockaddr){AF_INET, (uint16_t)((port & 0xFF) << 8 | port >> 8), LOOPBACK, {0, 0}};
}

static int32_t listener(uint32_t port, uint32_t flags)
{
    struct abi_sockaddr name = name_of(port);
    int32_t socket = CALL(SOCKET, AF_INET, SOCK_STREAM | flags, 0);
    int32_t failed = CALL(BIND, socket, &name, sizeof name);
    failed = failed ? failed : CALL(LISTEN, socket, 3);
    return failed ? failed : socket;
}

static int32_t connected(uint32_t port)
{
    struct abi_sockaddr name = name_of(port);
    int32_t socket = CALL(SOCKET, AF_INET, SOCK_STREAM, 0), failed = CALL(CONNECT, socket, &name, sizeof name);
    if (failed)
        CALL(CLOSE, socket);
    return failed ? failed : socket;
}

/* Send back what comes, in capitals, until the end. */
static int32_t serve(void)
{
    int32_t server = listener(PORT, 0), client = CALL(ACCEPT, server, 0, 0), count;
    while ((count = CALL(RECVFROM, client, bytes, 512, 0)) > 0) {
        for (int32_t place = 0; place < count; place++)
            bytes[place] = (char)(bytes[place] - 'a' + 'A');
        MUST(CALL(SENDTO, client, bytes, count, MSG_NOSIGNAL) == count);
    }
    return count;
}

static int32_t client_and_server(void)
{
    int32_t child = begin(serve), socket;
    for (uint32_t turn = 0; (socket = connected(PORT)) == -ECONNREFUSED && turn < 100; turn++)
        sleep_ms(1);
    MUST(socket >= 0);
    for (uint32_t turn = 0; turn < 5; turn++) {
        MUST(CALL(WRITE, socket, "words", 5) == 5 && CALL(READ, socket, bytes, 99) == 5 && begins(bytes, "WORDS"));
    }
    MUST(CALL(CLOSE, socket) == 0 && ended(child) == 0 && connected(PORT) == -ECONNREFUSED);
    return 0;
}

static int32_t with_oneself(void)
{
    struct abi_sockaddr name;
    struct abi_stat stat;
    uint32_t size = sizeof name;
    int32_t server = listener(PORT, O_NONBLOCK);
    MUST(server >= 0 && CALL(ACCEPT, server, 0, 0) == -EAGAIN && listener(PORT, 0) == -EADDRINUSE);
    int32_t one = connected(PORT), two = connected(PORT);
    struct abi_pollfd polled = {server, POLLIN, 0};
    MUST(one >= 0 && two >= 0 && CALL(PPOLL, &polled, 1, 0) == 1 && polled.found == POLLIN);
    int32_t peer = CALL(ACCEPT, server, &name, &size);
    MUST(peer >= 0 && name.family == AF_INET && name.address == LOOPBACK && size == sizeof name);
    MUST(CALL(WRITE, one, "first", 5) == 5 && CALL(RECVFROM, peer, bytes, 99, MSG_DONTWAIT) == 5);
    MUST(CALL(RECVFROM, peer, bytes, 99, MSG_DONTWAIT) == -EAGAIN && CALL(SENDTO, peer, "x", 1, 1) == -EOPNOTSUPP);
    MUST(CALL(FSTAT, peer, &stat) == 0 && (stat.mode & S_IFMT) == S_IFSOCK && CALL(LSEEK, peer, 0, 0) == -ESPIPE);
    MUST(CALL(CONNECT, one, &name, sizeof name) == -EISCONN && CALL(LISTEN, STANDARD_OUTPUT, 1) == -ENOTSOCK);
    MUST(CALL(CLOSE, server) == 0 && CALL(READ, two, bytes, 9) == 0); /* nobody took it: it is at its end */
    MUST(CALL(CLOSE, peer) == 0 && CALL(SENDTO, one, "x", 1, MSG_NOSIGNAL) == -EPIPE);
    return 0;
}

static int32_t full_backlog(void)
{
    int32_t server = listener(PORT, 0), held[3], status;
    for (uint32_t place = 0; place < 3; place++)
        MUST((held[place] = connected(PORT)) >= 0);
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        CALL(CLOSE, held[0]);
        CALL(EXIT, connected(PORT) >= 0 ? 0 : 1);
    }
    sleep_ms(3);
    MUST(CALL(WAIT4, child, &status, WNOHANG) == 0); /* it waits */
    MUST(CALL(CLOSE, held[0]) == 0 && CALL(CLOSE, CALL(ACCEPT, server, 0, 0)) == 0 && ended(child) == 0);
    return 0;
}

static int32_t all_sockets(void)
{
    int32_t socket, last = -1;
    while ((socket = CALL(SOCKET, AF_INET, SOCK_STREAM, 0)) >= 0)
        last = socket;
    MUST(socket == -ENFILE && CALL(CLOSE, last) == 0 && CALL(SOCKET, AF_INET, SOCK_STREAM, 0) == last);
    MUST(CALL(LISTEN, last, 1) == 0); /* at a port that it is given */
    return 0;
}

const struct test socket_tests[] = {
    {"client and server", client_and_server, false}, {"with oneself", with_oneself, false},
    {"full backlog", full_backlog, false}, {"all sockets", all_sockets, false}, {0},
};
