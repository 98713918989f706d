/* What the files of the program `attacks` know of each other. */
#ifndef ATTACKS_H
#define ATTACKS_H

#include "lib.h"

#define USER 1000
#define NO_SIGNAL 0
#define FAULT(signal) (-1000 - (signal)) /* expected: the child is ended by it */

/* An attack runs in a child: what is to end it must end that one alone, by the right signal; what a call is to
 * refuse must be refused by the right error. */
struct attack {
    const char *name; /* NULL: the end of the list */
    int32_t (*run)(void);
    uint32_t target;
    int32_t expected;
};
extern const struct attack machine_attacks[], call_attacks[], memory_attacks[], signal_attacks[], socket_attacks[];
extern const struct attack file_attacks[], link_attacks[], program_attacks[];

extern uint32_t target;   /* what some of the attacks are about */
extern char scratch[256];

/* Become a user who is nobody in particular; 0, or an error. */
int32_t other_user(void);
#define AS_USER(name, call) \
    static int32_t name(void) \
    { \
        int32_t failed = other_user(); \
        return failed ? failed : (call); \
    }

#endif
