/* Streams over the loopback, and waiting, for scenarios. */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include "lib.h"

#define TRIES 100 /* to reach somebody who may not listen yet */

static inline void wait_ms(uint32_t milliseconds)
{
    struct abi_timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    CALL(NANOSLEEP, &span);
}

static inline struct abi_sockaddr at_port(uint32_t port)
{
    return (struct abi_sockaddr){AF_INET, (uint16_t)((port & 0xFF) << 8 | port >> 8), LOOPBACK, {0, 0}};
}

/* Return a socket that listens at a port, or an error. */
static inline int32_t listener(uint32_t port)
{
    struct abi_sockaddr name = at_port(port);
    int32_t socket = CALL(SOCKET, AF_INET, SOCK_STREAM, 0);
    int32_t failed = socket < 0 ? socket : CALL(BIND, socket, &name, sizeof name);
    failed = failed < 0 ? failed : CALL(LISTEN, socket, 3);
    return failed < 0 ? failed : socket;
}

/* Return a socket connected to a port, waiting until somebody listens there, or an error. */
static inline int32_t connection(uint32_t port)
{
    struct abi_sockaddr name = at_port(port);
    int32_t socket = CALL(SOCKET, AF_INET, SOCK_STREAM, 0), failed = -ECONNREFUSED;
    for (uint32_t turn = 0; socket >= 0 && failed == -ECONNREFUSED && turn < TRIES; turn++) {
        failed = CALL(CONNECT, socket, &name, sizeof name);
        if (failed == -ECONNREFUSED)
            wait_ms(1);
    }
    return socket < 0 ? socket : failed < 0 ? failed : socket;
}

/* Take one connection at a port and write out all that comes: where what was stolen arrives, in a child. */
static inline int32_t begin_collector(uint32_t port)
{
    char bytes[256];
    int32_t child = CALL(CLONE, CLONE_FORK), count;
    if (child != 0)
        return child;
    int32_t server = listener(port), peer = server < 0 ? server : CALL(ACCEPT, server, 0, 0);
    while (peer >= 0 && (count = CALL(RECVFROM, peer, bytes, sizeof bytes, 0)) > 0)
        print_bytes(bytes, (uint32_t)count);
    leave(peer < 0);
}

/* Wait for a child; return its exit code, -1 if there was none or a signal ended it. */
static inline int32_t ended(int32_t child)
{
    uint32_t status = 0;
    return child > 0 && CALL(WAIT4, child, &status, 0, 0) == child && !(status & 0x7F) ? (int32_t)(status >> 8) : -1;
}

#endif
