/* What calls take, as a program sees it: cycles by the clock, the least of several tries; and with the argument
 * `workload` what a script takes, with `secret` what it takes to look into a file that is one. */
#include "lib.h"

#define TRIES 15
#define CALLS 24 /* in a row: fewer than would make the kernel look after their records */
#define ROUNDS 16
#define FORKED_BYTES (8 << 10)
#define RUNS 2 /* of the script, behind one that brings its program to memory */
#define FOLDER "/tmp/a-folder-for-paces"
#define FILE_32 FOLDER "/its-file"
#define NANOSECONDS_PER_CYCLE (1000000000 / VG_CLOCK_HZ)

static uint32_t now(void)
{
    struct abi_timespec time;
    CALL(CLOCK_GETTIME, 1, &time);
    return (uint32_t)time.seconds * VG_CLOCK_HZ + (uint32_t)time.nanoseconds / NANOSECONDS_PER_CYCLE;
}

static void nothing(void)
{
}

/* On a word boundary: an instruction across two words is one fetch more, which is not the call's. */
static void null_calls(void)
{
    register uint32_t number __asm__("a7") = (uint32_t)abi_number(VG_SYS_GETPID);
    __asm__ volatile(".balign 4\n .rept %c1\n ecall\n .endr" : : "r"(number), "i"(CALLS) : "a0", "memory");
}

static void simple_calls(void)
{
    for (uint32_t call = 0; call < CALLS; call++)
        CALL(GETUID);
}

static void yields(void)
{
    for (uint32_t call = 0; call < ROUNDS; call++)
        CALL(SCHED_YIELD);
}

_Static_assert(sizeof FILE_32 - 1 == 32, "bytes of a path");

static void path_calls(void)
{
    for (uint32_t call = 0; call < CALLS; call++)
        CALL(FACCESSAT, AT_FDCWD, FILE_32, 0);
}

/* Return the cycles of a fork as the parent sees it; its child is ended outside of that. */
static uint32_t fork_alone(void)
{
    uint32_t begun = now();
    int32_t child = CALL(CLONE, CLONE_FORK);
    uint32_t took = now() - begun;
    if (child == 0)
        CALL(EXIT, 0);
    CALL(WAIT4, child);
    return child > 0 ? took : UINT32_MAX;
}

static int32_t there[2], back[2];

/* A byte to the other process and back: two switches a round. */
static void ping(void)
{
    char byte = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        CALL(WRITE, there[1], &byte, 1);
        CALL(READ, back[0], &byte, 1);
    }
}

static void pong(void)
{
    char byte;
    CALL(CLOSE, there[1]); /* else there would be no end */
    while (CALL(READ, there[0], &byte, 1) == 1)
        CALL(WRITE, back[1], &byte, 1);
    CALL(EXIT, 0);
}

static void fork_and_wait(void)
{
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0)
        CALL(EXIT, 0);
    CALL(WAIT4, child);
}

static void exec_and_wait(void)
{
    char *arguments[] = {(char *)"true", NULL};
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        CALL(EXECVE, "/bin/true", arguments, 0);
        CALL(EXIT, 1);
    }
    CALL(WAIT4, child);
}

/* Return the least that `what` takes; every try begins with a yield, after which no record waits. */
static uint32_t least(void (*what)(void))
{
    uint32_t found = UINT32_MAX;
    for (uint32_t attempt = 0; attempt < TRIES; attempt++) {
        CALL(SCHED_YIELD);
        uint32_t begun = now();
        what();
        uint32_t took = now() - begun;
        found = took < found ? took : found;
    }
    return found;
}

static void say(const char *name, uint32_t cycles, uint32_t per)
{
    print(name);
    print(" ");
    print_number(cycles / per, 0);
    print(".");
    print_number(cycles % per * 10 / per, 0);
    print("\n");
    flush();
}

/* With another process that yields again and again: two switches a round. */
static void say_switch(uint32_t empty)
{
    int32_t child = CALL(CLONE, CLONE_FORK);
    while (child == 0)
        CALL(SCHED_YIELD);
    say("context_switch_cycles", least(yields) - empty, 2 * ROUNDS);
    CALL(KILL, child, SIGKILL);
    CALL(WAIT4, child);
}

/* Of a process whose data, stack and all, are just so long. */
static void say_fork(uint32_t empty)
{
    uint32_t found = UINT32_MAX;
    if (CALL(BRK, VG_USER_DATA_BASE + FORKED_BYTES) != VG_USER_DATA_BASE + FORKED_BYTES)
        return;
    for (uint32_t attempt = 0; attempt < TRIES; attempt++) {
        CALL(SCHED_YIELD);
        uint32_t took = fork_alone();
        found = took < found ? took : found;
    }
    say("fork_cycles_8k", found - empty, 1);
}

static void say_path(uint32_t empty)
{
    CALL(MKDIRAT, AT_FDCWD, FOLDER, 0755);
    CALL(CLOSE, CALL(OPENAT, AT_FDCWD, FILE_32, O_WRONLY | O_CREAT, 0644));
    if (CALL(FACCESSAT, AT_FDCWD, FILE_32, 0) == 0)
        say("path_call_cycles", least(path_calls) - empty, CALLS);
    remove_all(FOLDER);
}

/* A script over files, pipes and processes. */
static const char script[] =
    "mkdir /tmp/w\n"
    "ls -l /etc > /tmp/w/list\n"
    "cat /etc/passwd /etc/group /etc/hosts | grep root | wc > /tmp/w/count\n"
    "cp /etc/motd /tmp/w/motd\n"
    "mv /tmp/w/motd /tmp/w/copy\n"
    "ln -s /tmp/w/copy /tmp/w/link\n"
    "cat /tmp/w/link >> /tmp/w/list\n"
    "head -n 3 /etc/passwd | tail -n 1 > /tmp/w/line\n"
    "cd /tmp/w\n"
    "find /home > found\n"
    "grep alice found && cat ../w/count line\n"
    "echo one two three | cat | wc\n"
    "ps | wc\n"
    "du /var\n"
    "cd /\n"
    "rm -r /tmp/w\n";
#define SCRIPT "/tmp/script"
#define SAID "/tmp/answers"

static int32_t run_script(void)
{
    char *words[] = {(char *)"sh", (char *)SCRIPT, NULL};
    int32_t status = -1, child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        CALL(DUP3, CALL(OPENAT, AT_FDCWD, SAID, O_WRONLY | O_CREAT | O_TRUNC, 0644), STANDARD_OUTPUT, 0);
        CALL(EXECVE, "/bin/sh", words, 0);
        CALL(EXIT, 1);
    }
    CALL(WAIT4, child, &status);
    return status;
}

static int say_workload(void)
{
    char said[512];
    int32_t file = CALL(OPENAT, AT_FDCWD, SCRIPT, O_WRONLY | O_CREAT | O_TRUNC, 0644), status = 0;
    write_all(file, script, sizeof script - 1);
    CALL(CLOSE, file);
    run_script();
    uint32_t begun = now();
    for (uint32_t run = 0; run < RUNS; run++)
        status |= run_script();
    uint32_t took = now() - begun;
    read_file(SAID, said, sizeof said);
    print(said);
    CALL(UNLINKAT, AT_FDCWD, SCRIPT, 0);
    CALL(UNLINKAT, AT_FDCWD, SAID, 0);
    if (status)
        return complain("paces", "the script failed", status);
    say("workload_cycles", took, RUNS);
    return 0;
}

#define LOOKS 1000
#define SECRET "/etc/shadow"

/* Open a secret and read it, again and again; say what takes longer than half of them, and than all but 1 in 100. */
static int say_secret(void)
{
    static uint16_t taken[LOOKS];
    static char held[256];
    for (uint32_t look = 0; look < LOOKS; look++) {
        uint32_t begun = now(), place = look;
        int32_t file = CALL(OPENAT, AT_FDCWD, SECRET, O_RDONLY);
        CALL(READ, file, held, sizeof held);
        uint32_t took = now() - begun;
        CALL(CLOSE, file);
        if (file < 0)
            return complain("paces", SECRET, file);
        for (; place && taken[place - 1] > took; place--)
            taken[place] = taken[place - 1];
        taken[place] = took > UINT16_MAX ? UINT16_MAX : (uint16_t)took;
    }
    say("secret_open_cycles_p50", taken[LOOKS / 2], 1);
    say("secret_open_cycles_p99", taken[LOOKS * 99 / 100], 1);
    return 0;
}

int main(int count, char **arguments)
{
    if (count > 1 && same(arguments[1], "secret"))
        return say_secret();
    if (count > 1 && same(arguments[1], "workload"))
        return say_workload();
    uint32_t empty = least(nothing);
    say("null_syscall_cycles_screened", least(null_calls) - empty, CALLS);
    say("simple_call_cycles", least(simple_calls) - empty, CALLS);
    say("yield_cycles", least(yields) - empty, ROUNDS);
    say_switch(empty);
    say_path(empty);
    say("fork_exit_wait_cycles", least(fork_and_wait) - empty, 1);
    say("fork_exec_exit_wait_cycles", least(exec_and_wait) - empty, 1);
    if (CALL(PIPE2, there, 0) || CALL(PIPE2, back, 0))
        return 1;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0)
        pong();
    CALL(CLOSE, there[0]);
    say("pipe_round_trip_cycles", least(ping) - empty, ROUNDS);
    CALL(CLOSE, there[1]);
    CALL(WAIT4, child);
    say_fork(empty);
    return 0;
}
