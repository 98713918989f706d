/* Attacks by sockets, by lists of files, and by descriptors' numbers. */
#include "attacks.h"

static struct abi_sockaddr name_of(uint32_t port, uint32_t address)
{
    return (struct abi_sockaddr){AF_INET, (uint16_t)((port & 0xFF) << 8 | port >> 8), address, {0, 0}};
}

static int32_t new_socket(void)
{
    return CALL(SOCKET, AF_INET, SOCK_STREAM, 0);
}

static int32_t bound(uint32_t port, uint32_t address)
{
    struct abi_sockaddr name = name_of(port, address);
    return CALL(BIND, new_socket(), &name, sizeof name);
}

AS_USER(low_port, bound(80, LOOPBACK))

static int32_t elsewhere(void)
{
    return bound(8080, 0x08080808);
}

static int32_t raw_socket(void)
{
    return CALL(SOCKET, AF_INET, 3, 0);
}

static int32_t other_family(void)
{
    return CALL(SOCKET, target, SOCK_STREAM, 0);
}

static int32_t name_at(void)
{
    return CALL(BIND, new_socket(), target, sizeof(struct abi_sockaddr));
}

static int32_t short_name(void)
{
    struct abi_sockaddr name = name_of(8080, LOOPBACK);
    return CALL(CONNECT, new_socket(), &name, 2);
}

static int32_t nobody_there(void)
{
    struct abi_sockaddr name = name_of(8080, LOOPBACK);
    return CALL(CONNECT, new_socket(), &name, sizeof name);
}

/* Take a connection whose peer's name is to be written where `target` says. */
static int32_t accept_into(void)
{
    struct abi_sockaddr name = name_of(8080, LOOPBACK);
    int32_t server = new_socket(), client = new_socket();
    CALL(BIND, server, &name, sizeof name);
    CALL(LISTEN, server, 1);
    int32_t failed = CALL(CONNECT, client, &name, sizeof name);
    return failed ? failed : CALL(ACCEPT, server, target, target);
}

static int32_t steal_port(void)
{
    int32_t first = bound(8080, LOOPBACK);
    return first ? first : bound(8080, 0);
}

static int32_t send_unconnected(void)
{
    return CALL(SENDTO, new_socket(), scratch, 1, 0);
}

static int32_t send_by_file(void)
{
    return CALL(SENDTO, STANDARD_OUTPUT, scratch, 1, 0);
}

static int32_t poll_at(void)
{
    return CALL(PPOLL, target, 1, 0);
}

static int32_t poll_many(void)
{
    return CALL(PPOLL, scratch, 0x20000001, 0);
}

static int32_t duplicate_beyond(void)
{
    return CALL(FCNTL, STANDARD_OUTPUT, F_DUPFD, target);
}

/* What a descriptor was opened for cannot be changed. */
static int32_t write_what_is_read(void)
{
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, "/etc/motd", O_RDONLY);
    CALL(FCNTL, descriptor, F_SETFL, O_RDWR | O_APPEND);
    return CALL(WRITE, descriptor, scratch, 1);
}

const struct attack socket_attacks[] = {
    {"low port", low_port, 0, -EACCES},
    {"another host", elsewhere, 0, -EADDRNOTAVAIL},
    {"raw socket", raw_socket, 0, -EPROTONOSUPPORT},
    {"netlink socket", other_family, 16, -EAFNOSUPPORT},
    {"unix socket", other_family, 1, -EAFNOSUPPORT},
    {"socket's name in the kernel", name_at, VG_RAM_BASE, -EFAULT},
    {"socket's name too short", short_name, 0, -EINVAL},
    {"connect to nobody", nobody_there, 0, -ECONNREFUSED},
    {"accept into kernel", accept_into, VG_RAM_BASE, -EFAULT},
    {"steal a port", steal_port, 0, -EADDRINUSE},
    {"send unconnected", send_unconnected, 0, -ENOTCONN},
    {"send by what is no socket", send_by_file, 0, -ENOTSOCK},
    {"poll a list in the kernel", poll_at, VG_RAM_BASE, -EFAULT},
    {"poll too many", poll_many, 0, -EINVAL},
    {"duplicate beyond the table", duplicate_beyond, 12, -EINVAL},
    {"duplicate far beyond", duplicate_beyond, 0xFFFFFFFF, -EINVAL},
    {"write what is open to be read", write_what_is_read, 0, -EBADF},
    {0},
};
