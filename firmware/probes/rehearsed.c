/* What the cell is tried with: a call of class IRREVERSIBLE, and then what the argument says.  All is said at the end. */
#include "lib.h"

#define FILE "/tmp/rehearsed"
#define FOLDER ((uint32_t)AT_FDCWD)
#define MANY 6
#define EXECS 3

static char text[512];
/* Found by its mark in a dump: rounds behind the call. */
static volatile struct {
    uint32_t mark, rounds;
} counted = {0x52E4EA25, 0};
static volatile uint32_t seen[64];

static int32_t irreversible(void)
{
    return CALL(UNLINKAT, FOLDER, FILE, 0);
}

static void say(const char *what, int32_t result)
{
    print(what);
    print(" ");
    print_number((uint32_t)(result < 0 ? -result : result), 0);
    print("\n");
}

static void make_file(void)
{
    int32_t file = CALL(OPENAT, FOLDER, FILE, O_CREAT | O_WRONLY, 0600);
    CALL(WRITE, file, "0123456789", 10);
    CALL(CLOSE, file);
}

/* Longer than any rehearsal. */
static void count(void)
{
    for (uint32_t round = 0; round < 100000; round++)
        counted.rounds++;
}

static void look(int32_t pipe, int32_t file)
{
    for (uint32_t part = 0; part < 2; part++) {
        say("pipe", CALL(READ, pipe, text, 3));
        print_bytes(text, 3);
        say("file", CALL(READ, file, text, 4));
        print_bytes(text, 4);
    }
}

static void memory(void)
{
    uint32_t first = more_memory(3000), mapped;
    volatile uint32_t *words = (uint32_t *)(uintptr_t)first;
    say("heap", (int32_t)(first && !words[0] && !words[700]));
    words[0] = words[700] = 7;
    mapped = (uint32_t)CALL(MMAP, 0, 1500, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    words = (uint32_t *)(uintptr_t)mapped;
    say("mapping", words[0] + words[300] == 0);
    words[300] = 5;
    say("free", CALL(MUNMAP, mapped, 1500));
}

static void many(void)
{
    int32_t status;
    for (uint32_t child = 0; child < MANY; child++)
        if (CALL(CLONE, CLONE_FORK) == 0) {
            int32_t result = irreversible();
            count(); /* the others come meanwhile */
            leave(-result);
        }
    for (uint32_t child = 0; child < MANY; child++) {
        CALL(WAIT4, -1, &status, 0);
        say("child", status >> 8);
    }
}

/* Run a program three times at once, by its path and arguments. */
static void replace_all(char **argument)
{
    int32_t status;
    for (uint32_t child = 0; child < EXECS; child++)
        if (CALL(CLONE, CLONE_FORK) == 0)
            leave(-CALL(EXECVE, argument[0], argument, 0));
    for (uint32_t child = 0; child < EXECS; child++) {
        CALL(WAIT4, -1, &status, 0);
        say("child", status >> 8);
    }
    flush();
}

/* Run a program, by its path and arguments. */
static void replace(char **argument)
{
    say("execve", CALL(EXECVE, argument[0], argument, 0));
    flush();
}

/* Open a secret by the name of a link that nobody knows; then ask for a socket, if that is wanted. */
static void open_by_link(bool ask)
{
    CALL(SYMLINKAT, "/etc/shadow", FOLDER, "/tmp/link");
    int32_t file = CALL(OPENAT, FOLDER, "/tmp/link", O_RDONLY);
    if (ask)
        CALL(SOCKET, 2, 1, 0);
    say("open", file < 0 ? file : 0);
    flush();
}

int main(int arguments, char **argument)
{
    const char *what = arguments > 1 ? argument[1] : "";
    int32_t pipe[2] = {0, 0}, file, result;
    if (same(what, "at once"))
        __asm__ volatile(".word 0");
    if (same(what, "loop at once"))
        count();
    if (same(what, "execs"))
        replace_all(argument + 2);
    if (same(what, "exec"))
        replace(argument + 2);
    if (same(what, "link") || same(what, "link, socket"))
        open_by_link(same(what, "link, socket"));
    if (same(what, "exec") || same(what, "execs") || same(what, "link") || same(what, "link, socket"))
        return 0;
    make_file();
    CALL(PIPE2, pipe, 0);
    CALL(WRITE, pipe[1], "abcdefgh", 8);
    file = CALL(OPENAT, FOLDER, "/etc/passwd", O_RDONLY);
    if (same(what, "many")) {
        many();
        flush();
        return 0;
    }
    result = irreversible();
    if (result == 0 && same(what, "outside"))
        seen[0] = *(volatile uint32_t *)(uintptr_t)0x80000000u;
    if (result == 0 && same(what, "illegal"))
        __asm__ volatile(".word 0");
    if (result == 0 && same(what, "data")) {
        seen[0] = 0x00008067; /* ret */
        ((void (*)(void))(uintptr_t)seen)();
    }
    if (same(what, "socket"))
        say("socket", CALL(SOCKET, 2, 1, 0));
    if (same(what, "loop"))
        count();
    if (same(what, "flood"))
        for (uint32_t round = 0; round < 400; round++)
            CALL(WRITE, STANDARD_ERROR, text, sizeof text);
    if (same(what, "look"))
        look(pipe[0], file);
    if (same(what, "memory"))
        memory();
    if (same(what, "wait")) {
        CALL(READ, pipe[0], text, 8);
        CALL(WRITE, pipe[1], "z", 1);
        CALL(READ, pipe[0], text, 1); /* a clone's write went nowhere: it waits */
        print_bytes(text, 1);
    }
    say("unlink", result);
    flush();
    CALL(EXIT_GROUP, 0);
    return 0;
}
