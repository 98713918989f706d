/* What quarantine is tried with: the argument says what it does.
 *
 * none:     a child that counts; then a call of class NETWORK, and what may be done when it comes back
 * spin:     counts
 * attack:   asks for memory to run, and makes that call with a stack elsewhere
 * persist:  makes a call of class NEUTRAL every 1.1 s */
#include "lib.h"

/* Found by its mark in a dump: rounds of this process, and what it does behind its call. */
static volatile struct { uint32_t mark, rounds, after; } seen = {0x51A2B3C4, 0, 0};
static uint32_t elsewhere[64];

static void spin(void)
{
    for (;;)
        seen.rounds++;
}

static int32_t open_socket(void)
{
    return CALL(SOCKET, 2, 1, 0);
}

static void say(const char *what, int32_t result)
{
    print(what);
    print_number((uint32_t)-result, 0);
    print("\n");
    flush();
}

/* A call from a stack that is none. */
static void pivoted(void)
{
    register uint32_t number __asm__("a7") = (uint32_t)abi_number(VG_SYS_SOCKET);
    register uint32_t family __asm__("a0") = 2, type __asm__("a1") = 1, protocol __asm__("a2") = 0;
    __asm__ volatile("mv t3, sp\n mv sp, %4\n ecall\n mv sp, t3"
                     : "+r"(family) : "r"(type), "r"(protocol), "r"(number), "r"(elsewhere + 60) : "t3", "memory");
}

int main(int count, char **arguments)
{
    struct abi_timespec turn = {0, 5000000}, second = {1, 100000000};
    const char *what = count > 1 ? arguments[1] : "";
    if (same(what, "spin"))
        spin();
    if (same(what, "attack")) {
        CALL(MMAP, 0, 1024, 7, 0x22, -1, 0);
        pivoted();
        return 1;
    }
    if (same(what, "persist"))
        for (;;) {
            say("", CALL(GETPPID));
            CALL(PPOLL, 0, 0, &second, 0);
        }
    if (CALL(CLONE, CLONE_FORK) == 0)
        spin();
    CALL(NANOSLEEP, &turn); /* the child has its turn */
    int32_t result = open_socket();
    seen.after++;
    say("socket ", result);
    say("clone ", CALL(CLONE, CLONE_FORK));
    say("socket ", open_socket());
    CALL(EXIT_GROUP, 0);
    return 0;
}
