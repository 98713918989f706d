/* Sockets: streams over the loopback.  A connection is two pipes, one each way.
 *
 * A socket stands here until it is connected: then its file holds the pipes, and this entry is free.  Connections
 * that wait to be accepted have both ends of their pipes open. */
#include "files.h"

#define SOCKETS 6
#define BACKLOG 3
#define OWN_PORTS 49152 /* from here on ports are given to whom asks for any */
#define ROOT_PORTS 1024 /* below, they are the first user's */
#define SOCK_FLAGS (O_NONBLOCK | O_CLOEXEC) /* SOCK_NONBLOCK and SOCK_CLOEXEC are the same bits */

static struct socket {
    bool used, listens;
    uint8_t waiting;
    uint8_t there[BACKLOG], back[BACKLOG]; /* pipes: from whom connects, and to it */
    uint16_t port;                         /* 0: none yet */
} sockets[SOCKETS];

ONCE void sockets_start(void)
{
    memset(sockets, 0, sizeof sockets);
}

static struct socket *at_port(uint32_t port)
{
    for (struct socket *socket = sockets; socket < sockets + SOCKETS; socket++)
        if (socket->used && socket->port == port)
            return socket;
    return NULL;
}

static void take_off(struct socket *socket, uint32_t place)
{
    for (socket->waiting--; place < socket->waiting; place++) {
        socket->there[place] = socket->there[place + 1];
        socket->back[place] = socket->back[place + 1];
    }
    process_wake(socket);
}

void sockets_close(uint32_t number)
{
    struct socket *socket = &sockets[number];
    while (socket->waiting) {
        pipes_close(socket->there[0], false);
        pipes_close(socket->back[0], true);
        take_off(socket, 0);
    }
    socket->used = false;
    process_wake(socket);
}

uint32_t sockets_poll(uint32_t number)
{
    return sockets[number].waiting ? POLLIN : 0;
}

static bool connected(const struct file *file)
{
    return file->kind == FILE_STREAM || file->kind == FILE_SERVICE;
}

/* Return the socket that a call's first argument stands for; an error in `*failed` if it is none, or connected. */
static struct socket *socket_of(struct process *process, struct file **file, int32_t *failed)
{
    *file = files_of(process, ARGUMENT(process, 0));
    *failed = !*file ? -EBADF : connected(*file) ? -EISCONN : -ENOTSOCK;
    return *file && (*file)->kind == FILE_SOCKET ? &sockets[(*file)->what] : NULL;
}

/* Get the port of the address that a call names; return it or an error. */
static int32_t port_at(struct process *process)
{
    struct abi_sockaddr name;
    if (ARGUMENT(process, 2) < sizeof name)
        return -EINVAL;
    if (user_get(process, ARGUMENT(process, 1), &name, sizeof name) < 0)
        return -EFAULT;
    if (name.family != AF_INET)
        return -EAFNOSUPPORT;
    if (name.address != LOOPBACK && name.address != 0)
        return -EADDRNOTAVAIL;
    return (name.port & 0xFF) << 8 | name.port >> 8;
}

int32_t call_socket(struct process *process)
{
    uint32_t type = ARGUMENT(process, 1), protocol = ARGUMENT(process, 2);
    if (ARGUMENT(process, 0) != AF_INET)
        return -EAFNOSUPPORT;
    if ((type & ~(uint32_t)SOCK_FLAGS) != SOCK_STREAM || (protocol && protocol != IPPROTO_TCP))
        return -EPROTONOSUPPORT;
    for (uint32_t number = 0; number < SOCKETS; number++) {
        if (sockets[number].used)
            continue;
        struct file *file = files_new(FILE_SOCKET, number, O_RDWR | (type & SOCK_FLAGS));
        if (!file)
            break;
        sockets[number] = (struct socket){.used = true};
        return files_describe(process, file, 0, type & O_CLOEXEC);
    }
    return -ENFILE;
}

/* Give a socket a port; 0: any that is free. */
static int32_t give_port(const struct process *process, struct socket *socket, uint32_t port)
{
    if (socket->port)
        return -EINVAL;
    if (port && port < ROOT_PORTS && process->user)
        return -EACCES;
    if (port && at_port(port))
        return -EADDRINUSE;
    for (uint32_t any = OWN_PORTS; !port; any++)
        if (!at_port(any))
            port = any;
    socket->port = (uint16_t)port;
    return 0;
}

int32_t call_bind(struct process *process)
{
    struct file *file;
    int32_t failed;
    struct socket *socket = socket_of(process, &file, &failed);
    int32_t port = socket ? port_at(process) : failed;
    return port < 0 ? port : give_port(process, socket, (uint32_t)port);
}

int32_t call_listen(struct process *process)
{
    struct file *file;
    int32_t failed;
    struct socket *socket = socket_of(process, &file, &failed);
    if (!socket)
        return failed;
    failed = socket->port ? 0 : give_port(process, socket, 0);
    socket->listens = !failed;
    return failed;
}

int32_t call_connect(struct process *process)
{
    struct file *file;
    int32_t failed;
    struct socket *socket = socket_of(process, &file, &failed);
    int32_t port = socket ? port_at(process) : failed;
    if (port < 0)
        return port;
    struct socket *other = port ? at_port((uint32_t)port) : NULL;
    if (socket->listens)
        return -EINVAL;
    if (service_meets(process, (uint32_t)port)) {
        sockets_close(file->what);
        service_begin(process, file);
        return 0;
    }
    if (!other || !other->listens)
        return -ECONNREFUSED;
    if (other->waiting == BACKLOG)
        return file->flags & O_NONBLOCK ? -EAGAIN : process_wait(process, other, NEVER);
    int32_t there = pipes_of(0);
    if (there < 0)
        return there;
    pipes_open((uint32_t)there, true);
    int32_t back = pipes_of(0);
    if (back < 0) {
        pipes_close((uint32_t)there, true);
        return back;
    }
    pipes_open((uint32_t)there, false);
    pipes_open((uint32_t)back, false);
    pipes_open((uint32_t)back, true);
    other->there[other->waiting] = (uint8_t)there;
    other->back[other->waiting++] = (uint8_t)back;
    sockets_close(file->what);
    file->kind = FILE_STREAM;
    file->in = (uint8_t)back;
    file->out = (uint8_t)there;
    process_wake(other);
    return 0;
}

int32_t call_accept(struct process *process)
{
    struct file *file;
    int32_t failed;
    struct socket *socket = socket_of(process, &file, &failed);
    const struct abi_sockaddr name = {AF_INET, 0, LOOPBACK, {0, 0}};
    uint32_t where = ARGUMENT(process, 1), size = sizeof name;
    if (!socket || !socket->listens)
        return socket || failed == -EISCONN ? -EINVAL : failed;
    if (!socket->waiting)
        return file->flags & O_NONBLOCK ? -EAGAIN : process_wait(process, socket, NEVER);
    if (where && (user_put(process, where, &name, sizeof name) < 0 ||
                  user_put(process, ARGUMENT(process, 2), &size, sizeof size) < 0))
        return -EFAULT;
    uint8_t there = socket->there[0], back = socket->back[0];
    int32_t descriptor = files_carry(process, (struct file){FILE_STREAM, 0, there, back, 0, O_RDWR, 0});
    if (descriptor < 0)
        return descriptor;
    pipes_close(there, false); /* these ends are the file's now */
    pipes_close(back, true);
    take_off(socket, 0);
    return descriptor;
}

/* Send or receive: as write and read do, on sockets alone. */
static int32_t move(struct process *process, bool write)
{
    struct file *file = files_of(process, ARGUMENT(process, 0));
    uint32_t flags = ARGUMENT(process, 3);
    if (!file)
        return -EBADF;
    if (!connected(file) && file->kind != FILE_SOCKET)
        return -ENOTSOCK;
    if (flags & ~(uint32_t)(MSG_DONTWAIT | MSG_NOSIGNAL))
        return -EOPNOTSUPP;
    flags = (file->flags & O_NONBLOCK) | (flags & MSG_NOSIGNAL) | (flags & MSG_DONTWAIT ? O_NONBLOCK : 0);
    return transfer(process, file, ARGUMENT(process, 1), ARGUMENT(process, 2), write, flags);
}

int32_t call_sendto(struct process *process)
{
    return move(process, true);
}

int32_t call_recvfrom(struct process *process)
{
    return move(process, false);
}
