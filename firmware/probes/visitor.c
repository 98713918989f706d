/* What the decoy service is tried with: visitor HOW TEXT.
 *
 * plainly:  connects to port 22 and says TEXT
 * secret:   reads a secret first
 * tries:    asks for what only the system may, many times, first
 * twice:    reads a secret, forks, and it is the child that connects */
#include "lib.h"

#define PORT 22
#define TRIES 60

static char heard[128];

static int32_t connected(uint32_t port)
{
    struct abi_sockaddr name = {AF_INET, (uint16_t)((port & 0xFF) << 8 | port >> 8), LOOPBACK, {0, 0}};
    int32_t socket = CALL(SOCKET, AF_INET, SOCK_STREAM, 0);
    int32_t failed = socket < 0 ? socket : CALL(CONNECT, socket, &name, sizeof name);
    if (failed < 0)
        CALL(CLOSE, socket);
    return failed < 0 ? failed : socket;
}

static void say(const char *what, int32_t result)
{
    print(what);
    print_number((uint32_t)(result < 0 ? -result : result), 0);
    print("\n");
}

static void read_secret(void)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, "/etc/shadow", O_RDONLY);
    CALL(READ, file, heard, sizeof heard);
    CALL(CLOSE, file);
}

static void try_all(void)
{
    CALL(PTRACE, 16, 1, 0, 0);
    CALL(INIT_MODULE, heard, sizeof heard, "");
    CALL(BPF, 5, heard, sizeof heard);
    CALL(MOUNT, "none", "/tmp", "proc", 0);
}

/* Print what the server says, as it comes: without waiting for more. */
static int32_t listen_to(int32_t socket)
{
    int32_t count;
    while ((count = CALL(RECVFROM, socket, heard, sizeof heard, MSG_DONTWAIT)) > 0)
        print_bytes(heard, (uint32_t)count);
    return count;
}

int main(int count, char **argument)
{
    const char *how = count > 2 ? argument[1] : "", *text = count > 2 ? argument[2] : "";
    int32_t socket, status;
    if (same(how, "secret") || same(how, "twice"))
        read_secret();
    for (uint32_t turn = 0; same(how, "tries") && turn < TRIES; turn++)
        try_all();
    if (same(how, "twice") && CALL(CLONE, CLONE_FORK) > 0) {
        CALL(WAIT4, -1, &status, 0, 0);
        return status >> 8;
    }
    socket = connected(PORT);
    if (socket < 0) {
        say("connect ", socket);
        flush();
        return 0;
    }
    say("then ", listen_to(socket));
    say("sent ", CALL(WRITE, socket, text, length_of(text)));
    say("then ", listen_to(socket));
    say("sent ", CALL(SENDTO, socket, text, length_of(text), MSG_NOSIGNAL));
    flush();
    return 0;
}
