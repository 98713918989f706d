/* Signals: handlers, what they interrupt, what is blocked. */
#include "suite.h"

static volatile uint32_t caught, count;

static void note(int32_t signal)
{
    caught = (uint32_t)signal;
    count++;
}

static int32_t handlers(void)
{
    int32_t own = CALL(GETPID);
    struct abi_sigaction before;
    MUST(on_signal(SIGUSR1, note, SA_RESTART) == 0 && CALL(KILL, own, SIGUSR1) == 0 && caught == SIGUSR1);
    MUST(CALL(RT_SIGACTION, SIGUSR1, 0, &before, 8) == 0 && before.handler == AS_WORD(note));
    MUST(before.flags == SA_RESTART && ignore_signal(SIGUSR1) == 0 && CALL(KILL, own, SIGUSR1) == 0 && count == 1);
    return 0;
}

/* A handler that comes at any instruction changes no register of what it interrupts. */
static int32_t registers(void)
{
    int32_t own = CALL(GETPID), child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        for (uint32_t turn = 0; turn < 20; turn++) {
            sleep_ms(1);
            CALL(KILL, own, SIGUSR1);
        }
        CALL(EXIT, 0);
    }
    MUST(on_signal(SIGUSR1, note, 0) == 0);
    uint32_t wrong = 0, wanted = 10;
#define SET(number, name) "li " #name ", 0x1234567 * " #number "\n"
#define TEST(number, name) "li t1, 0x1234567 * " #number "\n xor t1, t1, " #name "\n or %0, %0, t1\n"
#define EACH(X) X(1, a3) X(2, a4) X(3, a5) X(4, a6) X(5, a7) X(6, t3) X(7, t4) X(8, t5) X(9, t6) X(10, s2) X(11, s3)
    __asm__ volatile(EACH(SET) "1: lw t1, 0(%1)\n bltu t1, %2, 1b\n" EACH(TEST)
                     : "+r"(wrong)
                     : "r"(&count), "r"(wanted)
                     : "a3", "a4", "a5", "a6", "a7", "t1", "t3", "t4", "t5", "t6", "s2", "s3", "memory");
    MUST(wrong == 0 && ended(child) == 0);
    return 0;
}

static int32_t signal_parent(void)
{
    sleep_ms(3);
    return CALL(KILL, CALL(GETPPID), SIGUSR1);
}

static int32_t pair[2];

static int32_t signal_and_write(void)
{
    sleep_ms(3);
    CALL(KILL, CALL(GETPPID), SIGUSR1);
    sleep_ms(3);
    return CALL(WRITE, pair[1], "x", 1) == 1 ? 0 : 1;
}

static int32_t interrupts(void)
{
    struct abi_timespec long_time = {100, 0};
    MUST(CALL(PIPE2, pair, 0) == 0 && on_signal(SIGUSR1, note, 0) == 0);
    int32_t child = begin(signal_parent);
    MUST(CALL(READ, pair[0], bytes, 1) == -EINTR && count == 1 && ended(child) == 0);
    child = begin(signal_parent);
    MUST(CALL(NANOSLEEP, &long_time) == -EINTR && count == 2 && ended(child) == 0);
    child = begin(signal_parent);
    MUST(CALL(PPOLL, 0, 0, &long_time) == -EINTR && count == 3 && ended(child) == 0);
    MUST(on_signal(SIGUSR1, note, SA_RESTART) == 0);
    child = begin(signal_and_write);
    MUST(CALL(READ, pair[0], bytes, 9) == 1 && bytes[0] == 'x' && count == 4 && ended(child) == 0);
    return 0;
}

static int32_t at_once(void)
{
    return 3;
}

/* A child's end is told, and waiting for it still gives its status. */
static int32_t child_ends(void)
{
    MUST(on_signal(SIGCHLD, note, 0) == 0);
    int32_t child = begin(at_once), status = 0;
    int32_t found = CALL(WAIT4, child, &status);
    MUST((found == child || found == -EINTR) && caught == SIGCHLD);
    MUST(found == child || ended(child) == 3);
    return 0;
}

static int32_t blocked(void)
{
    uint32_t set[2] = {1u << (SIGUSR1 - 1) | 1u << (SIGTERM - 1), 0}, old[2];
    int32_t own = CALL(GETPID);
    MUST(on_signal(SIGUSR1, note, 0) == 0 && CALL(RT_SIGPROCMASK, SIG_BLOCK, set, 0, 8) == 0);
    MUST(CALL(KILL, own, SIGUSR1) == 0 && CALL(KILL, own, SIGTERM) == 0 && count == 0);
    set[0] = 1u << (SIGUSR1 - 1);
    MUST(CALL(RT_SIGPROCMASK, SIG_UNBLOCK, set, old, 8) == 0 && count == 1);
    MUST(old[0] == (1u << (SIGUSR1 - 1) | 1u << (SIGTERM - 1)) && CALL(RT_SIGPROCMASK, 9, set, 0, 8) == -EINVAL);
    MUST(usual_signal(SIGTERM) == 0 && ignore_signal(SIGTERM) == 0);
    set[0] = 0;
    MUST(CALL(RT_SIGPROCMASK, SIG_SETMASK, set, 0, 8) == 0); /* what waits is ignored by now */
    return 0;
}

static int32_t end_by_what_waits(void)
{
    uint32_t all[2] = {0xFFFFFFFF, 0}, none[2] = {0, 0};
    CALL(RT_SIGPROCMASK, SIG_SETMASK, all, 0, 8);
    CALL(KILL, CALL(GETPID), SIGTERM);
    CALL(RT_SIGPROCMASK, SIG_SETMASK, none, 0, 8);
    return 1;
}

/* A fork has its parent's handlers and none of its signals that wait; an exec has neither. */
static int32_t inherited(void)
{
    MUST(ended(begin(end_by_what_waits)) == 1000 + SIGTERM);
    MUST(on_signal(SIGUSR1, note, 0) == 0);
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        CALL(KILL, CALL(GETPID), SIGUSR1);
        char *words[] = {(char *)"sh", (char *)"-c", (char *)"kill -10 0", NULL};
        CALL(SETPGID, 0, 0);
        CALL(EXIT, count == 1 ? CALL(EXECVE, "/bin/sh", words, 0) : 1);
    }
    MUST(ended(child) == 128 + SIGUSR1); /* as the shell tells how its program ended */
    return 0;
}

static int32_t in_a_handler(void)
{
    MUST(CALL(PIPE2, pair, 0) == 0 && on_signal(SIGPIPE, note, 0) == 0 && CALL(CLOSE, pair[0]) == 0);
    MUST(CALL(WRITE, pair[1], "x", 1) == -EPIPE && caught == SIGPIPE);
    return 0;
}

const struct test signal_tests[] = {
    {"handlers", handlers, false}, {"registers", registers, true}, {"interrupted calls", interrupts, true},
    {"a child's end", child_ends, false}, {"blocked signals", blocked, false}, {"inherited signals", inherited, true},
    {"SIGPIPE's handler", in_a_handler, false}, {0},
};
