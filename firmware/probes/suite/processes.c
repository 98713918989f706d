/* Birth, end, programs, turns, time. */
#include "../registers.h"
#include "suite.h"

static int32_t seven(void)
{
    return 7;
}

static int32_t crash(void)
{
    return *(volatile int32_t *)0;
}

static int32_t ends(void)
{
    int32_t status, one = begin(seven), two = begin(crash);
    MUST(ended(one) == 7 && ended(two) == 1000 + SIGSEGV && ended(one) == -ECHILD);
    MUST(CALL(WAIT4, -1, &status, 0) == -ECHILD && CALL(WAIT4, -1, &status, WNOHANG) == -ECHILD);
    return 0;
}

static int32_t spin(void)
{
    for (volatile uint32_t turn = 0;; turn++)
        ;
}

/* Who never waits is interrupted, and ends by a signal. */
static int32_t turns(void)
{
    int32_t one = begin(spin), two = begin(spin);
    sleep_ms(30);
    MUST(CALL(WAIT4, one, 0, WNOHANG) == 0);
    MUST(CALL(KILL, one, SIGTERM) == 0 && CALL(KILL, two, SIGKILL) == 0);
    MUST(ended(one) == 1000 + SIGTERM && ended(two) == 1000 + SIGKILL && CALL(KILL, one, 0) == -ESRCH);
    return 0;
}

#define SWEEP 600
#define ASLEEP 4000 /* cycles: more than two switches take, or nobody else would come to anything */
#define NANOSECONDS_PER_CYCLE (1000000000 / VG_CLOCK_HZ)

/* Wake up again and again, each time a cycle later behind what runs meanwhile. */
static int32_t wake_up(void)
{
    for (int32_t turn = 0; turn < SWEEP; turn++) {
        struct abi_timespec span = {0, (ASLEEP + turn) * NANOSECONDS_PER_CYCLE};
        CALL(NANOSLEEP, &span);
    }
    return 0;
}

/* The timer comes at every instruction of calls, and of what is between them: it waits for a call's end, and no register
 * is lost. */
static int32_t timer(void)
{
    static const uint16_t numbers[] = {172, 174, 9999}; /* without C, with C, of no call */
    int32_t child = begin(wake_up), status = 0;
    uint32_t wrong = 0, rounds = 0;
    for (; CALL(WAIT4, child, &status, WNOHANG) == 0; rounds++)
        for (uint32_t turn = 0; turn < 12; turn++)
            wrong |= registers_changed(numbers[turn % 3]);
    MUST(wrong == 0);
    MUST(status == 0);
    MUST(rounds > 10);
    return 0;
}

static int32_t memory_of_ones_own(void)
{
    static volatile uint32_t word = 1;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        word = 2;
        CALL(EXIT, (int)word);
    }
    MUST(ended(child) == 2 && word == 1);
    return 0;
}

static int32_t orphan(void)
{
    int32_t parent = CALL(GETPID), child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        while (CALL(GETPPID) == parent)
            sleep_ms(1);
        make_file("orphan", CALL(GETPPID) == 1 ? "init" : "?");
        CALL(EXIT, 0);
    }
    return 0;
}

static int32_t orphans(void)
{
    MUST(ended(begin(orphan)) == 0);
    for (uint32_t wait = 0; wait < 100 && !holds("orphan", "init"); wait++)
        sleep_ms(2);
    MUST(holds("orphan", "init"));
    return 0;
}

static int32_t ran(const char *program, char *const *arguments)
{
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        int32_t out = CALL(OPENAT, AT_FDCWD, "out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        CALL(DUP3, out, STANDARD_OUTPUT, 0);
        CALL(EXIT, -CALL(EXECVE, program, arguments, 0));
    }
    return ended(child);
}

static int32_t programs(void)
{
    char *words[] = {(char *)"echo", (char *)"one", (char *)"two three", NULL};
    char *script[] = {(char *)"sh", (char *)"-c", (char *)"false; true && exit 9", NULL};
    MUST(ran("/bin/echo", words) == 0 && holds("out", "one two three\n"));
    MUST(CALL(SYMLINKAT, "/bin/echo", AT_FDCWD, "echo") == 0 && ran("echo", words) == 0);
    MUST(holds("out", "one two three\n") && ran("/bin/sh", script) == 9);
    MUST(ran("/etc/passwd", words) == EACCES && ran("/bin", words) == EACCES && ran("nix", words) == ENOENT);
    MUST(make_file("text", "no program") == 0 && CALL(FCHMODAT, AT_FDCWD, "text", 0755) == 0);
    MUST(ran("text", words) == ENOEXEC);
    return 0;
}

static int32_t many_arguments(void)
{
    char **words = (char **)(void *)bytes;
    for (uint32_t word = 0; word < sizeof bytes / 4; word++)
        words[word] = word + 1 < sizeof bytes / 4 ? (char *)"argument" : NULL;
    MUST(CALL(EXECVE, "/bin/true", words, 0) == -E2BIG);
    return 0;
}

static int32_t by_group(void)
{
    int32_t one = begin(spin), two = begin(spin);
    MUST(CALL(SETPGID, one, one) == 0 && CALL(SETPGID, two, one) == 0 && CALL(GETPGID, two) == one);
    MUST(CALL(KILL, -one, SIGTERM) == 0 && ended(one) == 1000 + SIGTERM && ended(two) == 1000 + SIGTERM);
    MUST(CALL(KILL, -one, SIGTERM) == -ESRCH && CALL(SETPGID, 1, 1) == -ESRCH);
    return 0;
}

static int32_t times(void)
{
    struct abi_timespec before, after, wrong = {0, 1000000000};
    MUST(CALL(CLOCK_GETTIME, 1, &before) == 0);
    sleep_ms(5);
    MUST(CALL(CLOCK_GETTIME, 1, &after) == 0);
    int64_t passed = (after.seconds - before.seconds) * 1000000000 + after.nanoseconds - before.nanoseconds;
    MUST(passed >= 5000000 && passed < 1000000000);
    MUST(CALL(CLOCK_GETTIME, 9, &before) == -EINVAL && CALL(NANOSLEEP, &wrong) == -EINVAL);
    return 0;
}

static int32_t what_is_told(void)
{
    struct abi_sysinfo info;
    char name[16];
    MUST(CALL(SYSINFO, &info) == 0 && info.unit == 1024 && info.memory >= 60 && info.memory_free < info.memory);
    MUST(info.processes >= 3 && CALL(UNAME, bytes) == 0 && same(bytes, "Vigilante"));
    MUST(CALL(PRCTL, PR_SET_NAME, "a name that is longer") == 0 && CALL(PRCTL, PR_GET_NAME, name) == 0);
    MUST(same(name, "a name that is ") && CALL(PRCTL, 99) == -EINVAL && CALL(GETTID) == CALL(GETPID));
    return 0;
}

static int32_t users(void)
{
    MUST(CALL(GETUID) == 0 && CALL(SETGID, 5) == 0 && CALL(SETUID, 5) == 0 && CALL(GETEUID) == 5);
    MUST(CALL(GETEGID) == 5 && CALL(SETUID, 5) == 0 && CALL(SETUID, 0) == -EPERM && CALL(SETGID, 0) == -EPERM);
    return 0;
}

const struct test process_tests[] = {
    {"ends", ends, false}, {"turns", turns, true}, {"the timer in calls", timer, false}, {"memory of one's own", memory_of_ones_own, false},
    {"orphans", orphans, true}, {"programs", programs, true}, {"many arguments", many_arguments, false},
    {"groups", by_group, false}, {"times", times, false}, {"what is told", what_is_told, false},
    {"users", users, false}, {0},
};
