/* Attacks from user mode on what isolates processes: none may succeed.  Says a line for each, and how many did not end
 * as they should; what refuses them here is isolation, so verdicts are to be recorded only. */
#include "attacks.h"

uint32_t target;
char scratch[256];

static const struct attack *const lists[] = {
    machine_attacks, call_attacks, memory_attacks, signal_attacks, socket_attacks, file_attacks, link_attacks,
    program_attacks,
};

int32_t other_user(void)
{
    int32_t failed = CALL(SETGID, USER);
    return failed ? failed : CALL(SETUID, USER);
}

static void print_signed(int32_t number)
{
    print(number < 0 ? " -" : " ");
    print_number((uint32_t)(number < 0 ? -number : number), 0);
}

/* Run an attack in a child; return whether it came out as it should, else say how. */
static bool withstood(const struct attack *attack)
{
    int32_t ends[2], result = 0, status = 0;
    if (CALL(PIPE2, ends, 0))
        return false;
    int32_t child = CALL(CLONE, CLONE_FORK);
    if (child == 0) {
        target = attack->target;
        result = attack->run();
        CALL(WRITE, ends[1], &result, sizeof result);
        CALL(EXIT, 0);
    }
    CALL(CLOSE, ends[1]);
    int32_t told = CALL(READ, ends[0], &result, sizeof result);
    CALL(CLOSE, ends[0]);
    if (child < 0 || CALL(WAIT4, child, &status) != child)
        return false;
    bool held = told == sizeof result && status == 0 && result == attack->expected;
    if (attack->expected <= FAULT(NO_SIGNAL))
        held = told == 0 && FAULT(status & 0x7F) == attack->expected;
    if (!held) {
        print("result, status, expected:");
        print_signed(result);
        print_signed(status);
        print_signed(attack->expected);
        print("\n");
    }
    return held;
}

int main(int count, char **arguments)
{
    uint32_t tried = 0, succeeded = 0;
    for (uint32_t list = 0; list < sizeof lists / sizeof lists[0]; list++) {
        for (const struct attack *attack = lists[list]; attack->name; attack++) {
            if (count > 1 && !same(arguments[1], attack->name))
                continue;
            bool held = withstood(attack);
            tried++;
            succeeded += !held;
            print(held ? "held: " : "SUCCEEDED: ");
            print(attack->name);
            print("\n");
        }
    }
    print_number(tried, 0);
    print(" attacks, ");
    print_number(succeeded, 0);
    print(" succeeded\n");
    return succeeded != 0;
}
