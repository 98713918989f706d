/* Compressed instructions, as the long ones that they stand for. */
#include "core.h"

enum { RETURN = 1, STACK = 2 };

static uint32_t with_immediate(uint32_t op, uint32_t kind, uint32_t rd, uint32_t rs, uint32_t immediate)
{
    return op | rd << 7 | kind << 12 | rs << 15 | immediate << 20;
}

static uint32_t by_register(uint32_t kind, uint32_t rd, uint32_t left, uint32_t right, uint32_t odd)
{
    return OP_REGISTER | rd << 7 | kind << 12 | left << 15 | right << 20 | odd << 30;
}

static uint32_t stored(uint32_t base, uint32_t from, uint32_t immediate)
{
    return OP_STORE | (immediate & 31) << 7 | 2u << 12 | base << 15 | from << 20 | immediate >> 5 << 25;
}

static uint32_t jumped(uint32_t rd, uint32_t c)
{
    uint32_t to = extended(part(c, 12, 12, 11) | part(c, 11, 11, 4) | part(c, 10, 9, 8) | part(c, 8, 8, 10) |
                               part(c, 7, 7, 6) | part(c, 6, 6, 7) | part(c, 5, 3, 1) | part(c, 2, 2, 5), 12);
    return OP_JAL | rd << 7 | part(to, 19, 12, 12) | part(to, 11, 11, 20) | part(to, 10, 1, 21) |
           part(to, 20, 20, 31);
}

static uint32_t branched(uint32_t kind, uint32_t rs, uint32_t c)
{
    uint32_t to = extended(part(c, 12, 12, 8) | part(c, 11, 10, 3) | part(c, 6, 5, 6) | part(c, 4, 3, 1) |
                               part(c, 2, 2, 5), 9);
    return OP_BRANCH | part(to, 11, 11, 7) | part(to, 4, 1, 8) | kind << 12 | rs << 15 | part(to, 10, 5, 25) |
           part(to, 12, 12, 31);
}

static uint32_t arithmetic(uint32_t c)
{
    static const uint8_t kinds[] = {0, 4, 6, 7}; /* sub, xor, or, and */
    uint32_t rd = 8 + bits(c, 9, 7), right = 8 + bits(c, 4, 2);
    uint32_t immediate = part(c, 12, 12, 5) | bits(c, 6, 2);
    switch (bits(c, 11, 10)) {
    case 0:
        return with_immediate(OP_IMMEDIATE, 5, rd, rd, immediate);
    case 1:
        return with_immediate(OP_IMMEDIATE, 5, rd, rd, immediate | 0x400);
    case 2:
        return with_immediate(OP_IMMEDIATE, 7, rd, rd, extended(immediate, 6) & 0xFFF);
    default:
        return bits(c, 12, 12) ? 0 : by_register(kinds[bits(c, 6, 5)], rd, rd, right, bits(c, 6, 5) == 0);
    }
}

uint32_t core_long_form(uint32_t c)
{
    uint32_t rd = bits(c, 11, 7), rs = bits(c, 6, 2), low = 8 + bits(c, 4, 2), base = 8 + bits(c, 9, 7);
    uint32_t immediate = extended(part(c, 12, 12, 5) | bits(c, 6, 2), 6) & 0xFFF;
    uint32_t word = part(c, 5, 5, 6) | part(c, 12, 10, 3) | part(c, 6, 6, 2);
    switch (bits(c, 1, 0) << 3 | bits(c, 15, 13)) {
    case 000:
        return c == 0 ? 0
                      : with_immediate(OP_IMMEDIATE, 0, low, STACK,
                                       part(c, 12, 11, 4) | part(c, 10, 7, 6) | part(c, 6, 6, 2) | part(c, 5, 5, 3));
    case 002:
        return with_immediate(OP_LOAD, 2, low, base, word);
    case 006:
        return stored(base, low, word);
    case 010:
        return with_immediate(OP_IMMEDIATE, 0, rd, rd, immediate);
    case 011:
        return jumped(RETURN, c);
    case 012:
        return with_immediate(OP_IMMEDIATE, 0, rd, 0, immediate);
    case 013:
        if (rd == STACK)
            return with_immediate(OP_IMMEDIATE, 0, STACK, STACK,
                                  extended(part(c, 12, 12, 9) | part(c, 6, 6, 4) | part(c, 5, 5, 6) |
                                               part(c, 4, 3, 7) | part(c, 2, 2, 5), 10) & 0xFFF);
        return OP_LUI | rd << 7 | extended(part(c, 12, 12, 5) | bits(c, 6, 2), 6) << 12;
    case 014:
        return arithmetic(c);
    case 015:
        return jumped(0, c);
    case 016:
        return branched(0, base, c);
    case 017:
        return branched(1, base, c);
    case 020:
        return with_immediate(OP_IMMEDIATE, 1, rd, rd, immediate & 31);
    case 022:
        return with_immediate(OP_LOAD, 2, rd, STACK, part(c, 3, 2, 6) | part(c, 12, 12, 5) | part(c, 6, 4, 2));
    case 024:
        if (bits(c, 12, 12))
            return !rd ? OP_SYSTEM | 1u << 20 : rs ? by_register(0, rd, rd, rs, 0)
                                                   : with_immediate(OP_JALR, 0, RETURN, rd, 0);
        return rs ? by_register(0, rd, 0, rs, 0) : with_immediate(OP_JALR, 0, 0, rd, 0);
    case 026:
        return stored(STACK, rs, part(c, 8, 7, 6) | part(c, 12, 9, 2));
    default:
        return 0;
    }
}
