/* What calls take, as a program sees it: cycles by the clock, the least of several tries. */
#include "lib.h"

#define TRIES 15
#define CALLS 24 /* in a row: fewer than would make the kernel look after their records */
#define ROUNDS 16
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

int main(int count, char **arguments)
{
    (void)count, (void)arguments;
    uint32_t empty = least(nothing);
    say("null_syscall_cycles_screened", least(null_calls) - empty, CALLS);
    say("simple_call_cycles", least(simple_calls) - empty, CALLS);
    say("yield_cycles", least(yields) - empty, ROUNDS);
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
    return 0;
}
