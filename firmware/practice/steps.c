/* Does what its argument says, step by step: programs for the model to learn from, drawn by sim/kernel_practice.py.
 *
 * A step is a letter and what it needs, with a colon between; between steps is a space.  What fails is passed over, as careless programs do. */
#include "lib.h"

#define STEPS_MAX 240
#define HELD 4 /* files that are open at once */

static char bytes[256];
static int32_t held[HELD] = {-1, -1, -1, -1}, ends[2] = {-1, -1};
static uint32_t turn; /* which of `held` is the next */

static uint32_t number_at(const char *text)
{
    uint32_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint32_t)(*text - '0');
    return number;
}

static int32_t hold(int32_t descriptor)
{
    if (descriptor >= 0)
        held[turn = (turn + 1) % HELD] = descriptor;
    return descriptor;
}

/* Return what stands behind the comma of an argument, which ends the first half. */
static const char *second(char *argument)
{
    while (*argument && *argument != ',')
        argument++;
    if (*argument)
        *argument++ = 0;
    return argument;
}

static struct abi_sockaddr at_port(const char *text)
{
    uint32_t port = number_at(text);
    return (struct abi_sockaddr){AF_INET, (uint16_t)((port & 0xFF) << 8 | port >> 8), LOOPBACK, {0, 0}};
}

static int32_t nothing(const char *folder, const char *name, void *with)
{
    struct abi_stat stat;
    char path[PATH_BYTES];
    if (with && join(path, folder, name))
        CALL(NEWFSTATAT, AT_FDCWD, path, &stat, AT_SYMLINK_NOFOLLOW);
    return 0;
}

static int32_t read_one(const char *folder, const char *name, void *with)
{
    char path[PATH_BYTES];
    (void)with;
    if (join(path, folder, name))
        read_file(path, bytes, sizeof bytes);
    return 0;
}

static int32_t remove_one(const char *folder, const char *name, void *with)
{
    char path[PATH_BYTES];
    (void)with;
    if (join(path, folder, name))
        CALL(UNLINKAT, AT_FDCWD, path, 0);
    return 0;
}

static void write_to(const char *path, uint32_t flags, bool cut)
{
    int32_t file = CALL(OPENAT, AT_FDCWD, path, flags, 0600);
    if (cut)
        CALL(FTRUNCATE, file, 0);
    else
        CALL(WRITE, file, bytes, 16);
    CALL(CLOSE, file);
}

/* Write what was read of a file beside it, and move that over it. */
static void replace(const char *path)
{
    char beside[PATH_BYTES];
    if (!join(beside, "", path) || length_of(beside) + 2 > sizeof beside)
        return;
    memcpy(beside + length_of(beside), "~", 2);
    write_to(beside, O_WRONLY | O_CREAT | O_TRUNC, false);
    CALL(RENAMEAT2, AT_FDCWD, beside, AT_FDCWD, path, 0);
}

/* What is done to each file below a folder, a letter each. */
static int32_t below(const char *path, const struct abi_stat *stat, bool behind, void *with)
{
    struct abi_timespec times[2] = {{7, 0}, {7, 0}};
    if (behind || (stat->mode & S_IFMT) != S_IFREG)
        return 0;
    for (const char *act = with; *act; act++) {
        switch (*act) {
        case 'r': read_file(path, bytes, sizeof bytes); break;
        case 'W': CALL(WRITE, STANDARD_OUTPUT, bytes, 32); break;
        case 'g': CALL(GETPID); CALL(SCHED_YIELD); break;
        case 'w': write_to(path, O_WRONLY, false); break;
        case 'a': write_to(path, O_WRONLY | O_APPEND, false); break;
        case 'f': write_to(path, O_WRONLY, true); break;
        case 'm': replace(path); break;
        case 'u': CALL(UNLINKAT, AT_FDCWD, path, 0); break;
        case 't': CALL(UTIMENSAT, AT_FDCWD, path, times, 0); break;
        case 'p': CALL(FCHMODAT, AT_FDCWD, path, 0777); break;
        default: break;
        }
    }
    return 0;
}

static void on_files(char letter, char *what)
{
    struct abi_timespec times[2] = {{9, 0}, {9, 0}};
    struct abi_stat stat;
    const char *other = "";
    if (letter == 'm' || letter == 'n' || letter == 'h' || letter == 'p' || letter == 'E')
        other = second(what);
    switch (letter) {
    case 'o': hold(CALL(OPENAT, AT_FDCWD, what, O_RDONLY)); break;
    case 'O': hold(CALL(OPENAT, AT_FDCWD, what, O_WRONLY | O_CREAT | O_APPEND, 0644)); break;
    case 'T': hold(CALL(OPENAT, AT_FDCWD, what, O_RDWR | O_CREAT | O_TRUNC, 0600)); break;
    case 'S': hold(CALL(OPENAT, AT_FDCWD, what, O_WRONLY | O_APPEND)); break;
    case 'I': hold(CALL(OPENAT, AT_FDCWD, what, O_RDWR)); break;
    case 'E': each_below(what, below, (char *)(uintptr_t)other); break;
    case 'i': CALL(NEWFSTATAT, AT_FDCWD, what, &stat, 0); break;
    case 'A': CALL(FACCESSAT, AT_FDCWD, what, 4, 0); break;
    case 'l': each_entry(what, nothing, NULL); break;
    case 'L': each_entry(what, nothing, bytes); break;
    case 'R': each_entry(what, read_one, NULL); break;
    case 'D': each_entry(what, remove_one, NULL); break;
    case 'u': CALL(UNLINKAT, AT_FDCWD, what, 0); break;
    case 'U': CALL(UNLINKAT, AT_FDCWD, what, AT_REMOVEDIR); break;
    case 'k': CALL(MKDIRAT, AT_FDCWD, what, 0755); break;
    case 'm': CALL(RENAMEAT2, AT_FDCWD, what, AT_FDCWD, other, 0); break;
    case 'n': CALL(SYMLINKAT, what, AT_FDCWD, other); break;
    case 'h': CALL(LINKAT, AT_FDCWD, what, AT_FDCWD, other, 0); break;
    case 'p': CALL(FCHMODAT, AT_FDCWD, what, number_at(other)); break;
    case 't': CALL(UTIMENSAT, AT_FDCWD, what, times, 0); break;
    case 'd': CALL(CHDIR, what); break;
    case 'M': CALL(MKNODAT, AT_FDCWD, what, S_IFIFO | 0600); break;
    default: break;
    }
}

static void on_descriptors(char letter, const char *what)
{
    struct abi_sockaddr name = at_port(what);
    switch (letter) {
    case 'r': CALL(READ, held[turn], bytes, sizeof bytes); break;
    case 'w': CALL(WRITE, held[turn], bytes, 64); break;
    case 'W': CALL(WRITE, STANDARD_OUTPUT, bytes, 32); break;
    case 'c': CALL(CLOSE, held[turn]); turn = (turn + HELD - 1) % HELD; break;
    case 'b': turn = (turn + HELD - 1) % HELD; break; /* back to the one before */
    case 'f': CALL(FTRUNCATE, held[turn], 0); break;
    case 's': CALL(FSTAT, held[turn], bytes + 64); break;
    case 'j': CALL(LSEEK, held[turn], 0, SEEK_SET); break;
    case '2': CALL(DUP3, held[turn], number_at(what), 0); break;
    case 'N': hold(CALL(SOCKET, AF_INET, SOCK_STREAM, 0)); CALL(CONNECT, held[turn], &name, sizeof name); break;
    case 'B': hold(CALL(SOCKET, AF_INET, SOCK_STREAM, 0)); CALL(BIND, held[turn], &name, sizeof name);
              CALL(LISTEN, held[turn], 3); break;
    case 'a': hold(CALL(ACCEPT, held[turn], 0, 0)); break;
    case 'x': CALL(SENDTO, held[turn], bytes, 64, MSG_NOSIGNAL); break;
    case 'y': CALL(RECVFROM, held[turn], bytes, 64, 0); break;
    case 'P': CALL(PIPE2, ends, O_NONBLOCK); held[turn = (turn + 1) % HELD] = ends[1]; break;
    case 'q': CALL(READ, ends[0], bytes, 64); break;
    default: break;
    }
}

static void on_processes(char letter, char *what)
{
    char *words[6] = {(char *)"sh"}, *environment[] = {NULL}, path[PATH_BYTES];
    struct abi_timespec span = {number_at(what) / 1000, number_at(what) % 1000 * 1000000};
    switch (letter) {
    case 'e': { /* a program of /bin with arguments, becoming it */
        for (uint32_t word = 0; *what && word < 5; word++) {
            words[word] = what;
            what = (char *)(uintptr_t)second(what);
        }
        join(path, "/bin", words[0]);
        CALL(EXECVE, path, words, environment);
        break;
    }
    case 'z': CALL(NANOSLEEP, &span); break;
    case 'g': CALL(GETPID); CALL(GETUID); CALL(SCHED_YIELD); break;
    case 'G': CALL(SETPGID, 0, 0); break;
    case '!': CALL(GETPGID, 0); break; /* a mark, without effect: here the attack begins */
    case 'v': CALL(SETUID, number_at(what)); break;
    case 'V': CALL(SETGID, number_at(what)); break;
    case '#': call_by_number(number_at(what), 0, 0, 0, 0, 0); break;
    case 'K': CALL(KILL, number_at(what), number_at(second(what))); break;
    case 'X': CALL(MMAP, 0, 1024, number_at(what), MAP_PRIVATE | MAP_ANONYMOUS, -1); break;
    case 'Y': CALL(MPROTECT, VG_USER_DATA_BASE, 1024, number_at(what)); break;
    default: break;
    }
}

/* Do the steps from `place` on, up to a closing bracket; return where the next one stands. */
static int steps(int place, int count, char **arguments)
{
    for (; place < count; place++) {
        char *step = arguments[place], letter = step[0], copy[PATH_BYTES];
        char *what = step[0] && step[1] == ':' ? step + 2 : step + 1;
        if (letter == ')')
            return place + 1;
        if (letter == '(') { /* a child does what is in the brackets; with `&` it is not waited for */
            int32_t child = CALL(CLONE, CLONE_FORK);
            if (child == 0) {
                steps(place + 1, count, arguments);
                leave(0);
            }
            for (uint32_t open = 1; open && ++place < count;)
                open += arguments[place][0] == '(' ? 1 : arguments[place][0] == ')' ? -1u : 0;
            if (child > 0 && *what != '&')
                CALL(WAIT4, child, 0, 0, 0);
            continue;
        }
        if (!join(copy, "", what))
            continue;
        on_files(letter, copy);
        on_descriptors(letter, copy);
        on_processes(letter, copy);
    }
    return place;
}

int main(int count, char **arguments)
{
    char *found[STEPS_MAX];
    int all = 0;
    for (char *text = count > 1 ? arguments[1] : arguments[0]; *text && all < STEPS_MAX; all++) {
        found[all] = text;
        while (*text && *text != ' ')
            text++;
        while (*text == ' ')
            *text++ = 0;
    }
    for (int place = 0; place < all;)
        place = steps(place, all, found);
    return 0;
}
