/* What a call leaves of its caller's registers, for probes. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <stdint.h>

/* Make a call by its number, with a path for its second argument, AT_FDCWD for its first and 0 for its third; return a
 * word in which no bit is set if every register is as it was, but a0, of those that C may change over a function and
 * ra. */
static inline uint32_t registers_changed(uint32_t number)
{
    uint32_t wrong = 0;
#define SET(seed, name) "li " #name ", 0x1234567 * " #seed "\n"
#define TEST(seed, name) "li a0, 0x1234567 * " #seed "\n xor a0, a0, " #name "\n or %0, %0, a0\n"
#define SAME(name, what) "xor a0, " #name ", " #what "\n or %0, %0, a0\n"
#define EACH(X) \
    X(1, t0) X(2, t1) X(3, t2) X(4, t3) X(5, t4) X(6, t5) X(7, t6) X(8, a3) X(9, a4) X(10, a5) X(11, a6)
    __asm__ volatile("mv s11, ra\n" EACH(SET) "li a2, 0\n mv a7, %1\n mv a1, %2\n li a0, -100\n ecall\n"
                     SAME(a1, %2) SAME(a7, %1) SAME(ra, s11) "or %0, %0, a2\n" EACH(TEST)
                     : "+r"(wrong)
                     : "r"(number), "r"("/etc/motd")
                     : "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "s11",
                       "memory");
#undef SET
#undef TEST
#undef SAME
#undef EACH
    return wrong;
}

#endif
