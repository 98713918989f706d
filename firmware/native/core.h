/* What the files of the native board's core know of each other: instructions, and their bits. */
#ifndef CORE_H
#define CORE_H

#include <stdint.h>

enum { OP_LOAD = 0x03, OP_FENCE = 0x0F, OP_IMMEDIATE = 0x13, OP_AUIPC = 0x17, OP_STORE = 0x23, OP_REGISTER = 0x33,
       OP_LUI = 0x37, OP_BRANCH = 0x63, OP_JALR = 0x67, OP_JAL = 0x6F, OP_SYSTEM = 0x73 };

static inline uint32_t bits(uint32_t word, unsigned high, unsigned low)
{
    return word >> low & ((2u << (high - low)) - 1);
}

/* Put bits `high`..`low` of a word where they belong in an immediate. */
static inline uint32_t part(uint32_t word, unsigned high, unsigned low, unsigned to)
{
    return bits(word, high, low) << to;
}

static inline uint32_t extended(uint32_t value, unsigned width)
{
    uint32_t sign = 1u << (width - 1);
    return (value ^ sign) - sign;
}

/* Run instructions with registers `x`, in windows of their own, until a trap; return its cause, its value in `*value`;
 * 0: so many instructions have run. */
struct core_windows {
    uint8_t *text, *data;
    uint32_t text_bytes, data_bytes;
};
uint32_t core_run(uint32_t x[32], const struct core_windows *windows, uint32_t *instructions, uint32_t *value);

/* Return the long form of a compressed instruction; 0: there is none. */
uint32_t core_long_form(uint32_t compressed);

#endif
