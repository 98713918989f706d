/* A core for processes: RV32IMC in user mode, as far as programs need it, over the kernel's own tables.
 *
 * What a program may not do is a trap here as on the board: addresses beyond its windows, stores to text, code in
 * data, registers and instructions of machine mode.  An instruction takes a cycle. */
#include <string.h>

#include "calls.h"
#include "native.h"
#include "process.h"

#define SLICE 5000 /* instructions until another process has its turn */
enum { CAUSE_FETCH = 1, CAUSE_ILLEGAL = 2, CAUSE_BREAK = 3, CAUSE_LOAD = 5, CAUSE_STORE = 7, CAUSE_CALL = 8 };
enum { NO_TRAP = 0 };
enum { OP_LOAD = 0x03, OP_FENCE = 0x0F, OP_IMMEDIATE = 0x13, OP_AUIPC = 0x17, OP_STORE = 0x23, OP_REGISTER = 0x33,
       OP_LUI = 0x37, OP_BRANCH = 0x63, OP_JALR = 0x67, OP_JAL = 0x6F, OP_SYSTEM = 0x73 };

static uint32_t bits(uint32_t word, unsigned high, unsigned low)
{
    return word >> low & ((2u << (high - low)) - 1);
}

/* Put bits `high`..`low` of a word where they belong in an immediate. */
static uint32_t part(uint32_t word, unsigned high, unsigned low, unsigned to)
{
    return bits(word, high, low) << to;
}

static uint32_t extended(uint32_t value, unsigned width)
{
    uint32_t sign = 1u << (width - 1);
    return (value ^ sign) - sign;
}

/* --- compressed instructions, as the long ones that they stand for -------------------------------------------- */

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

/* Return the long form of a compressed instruction; 0: there is none. */
static uint32_t long_form(uint32_t c)
{
    uint32_t rd = bits(c, 11, 7), rs = bits(c, 6, 2), low = 8 + bits(c, 4, 2), base = 8 + bits(c, 9, 7);
    uint32_t immediate = extended(part(c, 12, 12, 5) | bits(c, 6, 2), 6) & 0xFFF;
    uint32_t word = part(c, 5, 5, 6) | part(c, 12, 10, 3) | part(c, 6, 6, 2);
    switch (bits(c, 1, 0) << 3 | bits(c, 15, 13)) {
    case 000:
        return c == 0 ? 0
                      : with_immediate(OP_IMMEDIATE, 0, low, SP,
                                       part(c, 12, 11, 4) | part(c, 10, 7, 6) | part(c, 6, 6, 2) | part(c, 5, 5, 3));
    case 002:
        return with_immediate(OP_LOAD, 2, low, base, word);
    case 006:
        return stored(base, low, word);
    case 010:
        return with_immediate(OP_IMMEDIATE, 0, rd, rd, immediate);
    case 011:
        return jumped(RA, c);
    case 012:
        return with_immediate(OP_IMMEDIATE, 0, rd, 0, immediate);
    case 013:
        if (rd == SP)
            return with_immediate(OP_IMMEDIATE, 0, SP, SP,
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
        return with_immediate(OP_LOAD, 2, rd, SP, part(c, 3, 2, 6) | part(c, 12, 12, 5) | part(c, 6, 4, 2));
    case 024:
        if (bits(c, 12, 12))
            return !rd ? OP_SYSTEM | 1u << 20 : rs ? by_register(0, rd, rd, rs, 0)
                                                   : with_immediate(OP_JALR, 0, RA, rd, 0);
        return rs ? by_register(0, rd, 0, rs, 0) : with_immediate(OP_JALR, 0, 0, rd, 0);
    case 026:
        return stored(SP, rs, part(c, 8, 7, 6) | part(c, 12, 9, 2));
    default:
        return 0;
    }
}

/* --- what an instruction does --------------------------------------------------------------------------------- */

static uint32_t multiplied(uint32_t kind, uint32_t left, uint32_t right)
{
    int64_t wide_left = kind == 3 ? (int64_t)left : (int32_t)left;
    int64_t wide_right = kind == 1 ? (int32_t)right : (int64_t)right;
    bool over = left == 0x80000000u && right == UINT32_MAX;
    switch (kind) {
    case 0:
        return left * right;
    case 1:
    case 2:
        return (uint32_t)((uint64_t)(wide_left * wide_right) >> 32);
    case 3:
        return (uint32_t)((uint64_t)left * right >> 32);
    case 4:
        return !right ? UINT32_MAX : over ? left : (uint32_t)((int32_t)left / (int32_t)right);
    case 5:
        return !right ? UINT32_MAX : left / right;
    case 6:
        return !right ? left : over ? 0 : (uint32_t)((int32_t)left % (int32_t)right);
    default:
        return !right ? left : left % right;
    }
}

static uint32_t calculated(uint32_t kind, uint32_t left, uint32_t right, bool odd)
{
    switch (kind) {
    case 0:
        return odd ? left - right : left + right;
    case 1:
        return left << (right & 31);
    case 2:
        return (int32_t)left < (int32_t)right;
    case 3:
        return left < right;
    case 4:
        return left ^ right;
    case 5:
        return odd ? (uint32_t)((int32_t)left >> (right & 31)) : left >> (right & 31);
    case 6:
        return left | right;
    default:
        return left & right;
    }
}

static bool taken(uint32_t kind, uint32_t left, uint32_t right)
{
    bool holds = kind < 4 ? left == right : kind < 6 ? (int32_t)left < (int32_t)right : left < right;
    return holds != (kind & 1);
}

/* Load or store; false: a fault. */
static bool reach(const struct process *process, uint32_t kind, uint32_t address, uint32_t *value, bool store)
{
    uint32_t size = 1u << (kind & 3);
    uint8_t *bytes = kind == 3 || kind > 5 ? NULL : user_bytes(process, address, size, store);
    if (!bytes)
        return false;
    if (store) {
        memcpy(bytes, value, size);
        return true;
    }
    *value = 0;
    memcpy(value, bytes, size);
    if (kind < 2)
        *value = extended(*value, 8 * size);
    return true;
}

/* Run one instruction of a process; return a trap's cause, its value in `*value`. */
static uint32_t step(struct process *process, uint32_t *value)
{
    uint32_t *x = process->registers.x, pc = x[PC];
    const uint8_t *code = pc < VG_USER_DATA_BASE ? user_bytes(process, pc, 2, false) : NULL;
    uint32_t word = code ? code[0] | (uint32_t)code[1] << 8 : 0, length = (word & 3) == 3 ? 4 : 2;
    *value = pc;
    if (!code || (length == 4 && !user_bytes(process, pc, 4, false)))
        return CAUSE_FETCH;
    word = length == 4 ? word | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24 : long_form(word);
    uint32_t rd = bits(word, 11, 7), kind = bits(word, 14, 12), next = pc + length;
    uint32_t left = bits(word, 19, 15) ? x[bits(word, 19, 15)] : 0, right = bits(word, 24, 20) ? x[bits(word, 24, 20)] : 0;
    uint32_t immediate = extended(word >> 20, 12), result = 0;
    bool odd = word >> 30 & 1;
    switch (word & 0x7F) {
    case OP_LUI:
        result = word & 0xFFFFF000;
        break;
    case OP_AUIPC:
        result = pc + (word & 0xFFFFF000);
        break;
    case OP_JAL:
        result = next;
        next = pc + extended(part(word, 31, 31, 20) | part(word, 19, 12, 12) | part(word, 20, 20, 11) |
                                 part(word, 30, 21, 1), 21);
        break;
    case OP_JALR:
        result = next;
        next = (left + immediate) & ~1u;
        break;
    case OP_BRANCH:
        rd = 0;
        if (taken(kind, left, right))
            next = pc + extended(part(word, 31, 31, 12) | part(word, 7, 7, 11) | part(word, 30, 25, 5) |
                                     part(word, 11, 8, 1), 13);
        break;
    case OP_LOAD:
        *value = left + immediate;
        if (!reach(process, kind, left + immediate, &result, false))
            return CAUSE_LOAD;
        break;
    case OP_STORE:
        *value = left + extended(part(word, 31, 25, 5) | rd, 12);
        if (!reach(process, kind, *value, &right, true))
            return CAUSE_STORE;
        rd = 0;
        break;
    case OP_IMMEDIATE:
        result = calculated(kind, left, immediate, kind == 5 && odd);
        break;
    case OP_REGISTER:
        result = word >> 25 == 1 ? multiplied(kind, left, right) : calculated(kind, left, right, odd);
        break;
    case OP_FENCE:
        rd = 0;
        break;
    case OP_SYSTEM:
        return word == OP_SYSTEM ? CAUSE_CALL : word == (OP_SYSTEM | 1u << 20) ? CAUSE_BREAK : CAUSE_ILLEGAL;
    default:
        return CAUSE_ILLEGAL;
    }
    if (rd)
        x[rd] = result;
    x[PC] = next;
    return NO_TRAP;
}

/* Make the call that a process's registers say; return whether the process goes on at once. */
static bool make_call(struct process *process)
{
    static const struct {
        uint32_t id;
        call_function *call;
    } calls[] = {
#define ROW(ID, function) {ID, function},
        CALLS(ROW, ROW)
    };
    uint32_t number = process->registers.x[17];
    process->registers.x[PC] += 4;
    for (uint32_t row = 0; row < sizeof calls / sizeof calls[0]; row++)
        if ((uint32_t)abi_number(calls[row].id) == number) {
            native_take(process, calls[row].id);
            return process_call(process, calls[row].call) == LEAVE_RETURN;
        }
    bool own = number == (uint32_t)abi_number(VG_SYS_GETPID) || number == (uint32_t)abi_number(VG_SYS_GETTID);
    process->registers.x[A0] = own ? process->id : (uint32_t)-ENOSYS;
    return true;
}

/* Let a process run for a slice, or until it waits or ends; return how many instructions that were. */
static uint32_t run(struct process *process)
{
    for (uint32_t done = 1;; done++) {
        uint32_t value, cause = step(process, &value);
        if (cause == CAUSE_CALL ? !make_call(process) : cause == NO_TRAP && done >= SLICE)
            return done;
        if (cause != CAUSE_CALL && cause != NO_TRAP) {
            process_fault(process, cause, value);
            return done;
        }
    }
}

/* Run programs until the first process, whose calls are made from outside, is ready: 0.  1: `steps` instructions
 * were not enough.  2: all wait for what cannot come. */
int native_programs(uint64_t steps)
{
    uint64_t end = native_now() + steps;
    while (native_now() < end) {
        clock_step();
        struct process *chosen = schedule_pick();
        if (chosen == processes)
            return 0;
        if (!chosen && schedule_alarm() == NEVER)
            return 2;
        if (!chosen) {
            board_sleep(schedule_alarm(), false);
            continue;
        }
        if (chosen->again)
            process_call(chosen, chosen->again);
        if (chosen->state == PROCESS_READY && !chosen->again)
            signals_deliver(chosen);
        if (chosen->state == PROCESS_READY && !chosen->again)
            board_sleep(native_now() + run(chosen), false);
    }
    return 1;
}
