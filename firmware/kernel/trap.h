/* What trap.S and C share: where a trap leaves its reason, the last words of memory, which no start clears. */
#ifndef TRAP_H
#define TRAP_H

#define TRAP_MAGIC 0x50415254
#define TRAP_BYTES 16
#define TRAP_EPERM 1 /* errors that trap.S answers with itself: abi.h has them as C does */
#define TRAP_ENOSYS 38
#define TRAP_EXIT 93 /* the numbers of exit and, next, exit_group */
#define TRAP_NUMBERS 300 /* calls have lower numbers, for a kernel that screens nothing */
#define TRAP_ID 132      /* where a process has its id */

#ifndef __ASSEMBLER__
#include <stdint.h>

struct trap_record {
    uint32_t magic, cause, address, value;
};
#endif
#endif
