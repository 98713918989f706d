/* A core for processes: RV32IMC in user mode, as far as programs need it, over the kernel's own tables.
 *
 * What a program may not do is a trap here as on the board: addresses beyond its windows, stores to text, code in
 * data, registers and instructions of machine mode.  An instruction takes a cycle. */
#include <string.h>

#include "calls.h"
#include "core.h"
#include "native.h"
#include "process.h"

#define SLICE 5000 /* instructions until another process has its turn */
enum { CAUSE_FETCH = 1, CAUSE_ILLEGAL = 2, CAUSE_BREAK = 3, CAUSE_LOAD = 5, CAUSE_STORE = 7, CAUSE_CALL = 8 };
enum { NO_TRAP = 0 };
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

/* Where a process's two windows lie, as they were when it was entered: a call that changes them has to say so. */
static struct {
    uint8_t *begin;
    uint32_t bytes;
} text_window, data_window;

static void set_windows(const struct process *process)
{
    uint32_t text = exec_text_region(process->text);
    bool stands = native_stands(process_index(process));
    text_window.begin = pool_bytes(text);
    text_window.bytes = stands ? 0 : pool_size(text) * VG_GRANULE_BYTES;
    data_window.begin = pool_bytes(process->data);
    data_window.bytes = stands ? 0 : pool_size(process->data) * VG_GRANULE_BYTES;
}

/* Return what lies at an address of the program, or NULL. */
static uint8_t *translated(uint32_t address, uint32_t size, bool store)
{
    bool data = address >= VG_USER_DATA_BASE;
    uint32_t offset = address - (data ? VG_USER_DATA_BASE : VG_USER_TEXT_BASE);
    uint32_t bytes = data ? data_window.bytes : text_window.bytes;
    if ((store && !data) || offset > bytes || size > bytes - offset)
        return NULL;
    return (data ? data_window.begin : text_window.begin) + offset;
}

/* Load or store; false: a fault. */
static bool reach(uint32_t kind, uint32_t address, uint32_t *value, bool store)
{
    uint32_t size = 1u << (kind & 3);
    uint8_t *bytes = kind == 3 || kind > 5 ? NULL : translated(address, size, store);
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
    const uint8_t *code = pc < VG_USER_DATA_BASE ? translated(pc, 2, false) : NULL;
    uint32_t word = code ? code[0] | (uint32_t)code[1] << 8 : 0, length = (word & 3) == 3 ? 4 : 2;
    *value = pc;
    if (!code || (length == 4 && !translated(pc, 4, false)))
        return CAUSE_FETCH;
    word = length == 4 ? word | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24 : core_long_form(word);
    uint32_t rd = bits(word, 11, 7), kind = bits(word, 14, 12), next = pc + length;
    uint32_t left = bits(word, 19, 15) ? x[bits(word, 19, 15)] : 0;
    uint32_t right = bits(word, 24, 20) ? x[bits(word, 24, 20)] : 0;
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
        if (!reach(kind, left + immediate, &result, false))
            return CAUSE_LOAD;
        break;
    case OP_STORE:
        *value = left + extended(part(word, 31, 25, 5) | rd, 12);
        if (!reach(kind, *value, &right, true))
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

uint32_t core_run(uint32_t x[32], const struct core_windows *windows, uint32_t *instructions, uint32_t *value)
{
    struct process clone = {0};
    uint32_t cause = NO_TRAP, left = *instructions;
    memcpy(clone.registers.x, x, sizeof clone.registers.x);
    text_window.begin = windows->text;
    text_window.bytes = windows->text_bytes;
    data_window.begin = windows->data;
    data_window.bytes = windows->data_bytes;
    while (cause == NO_TRAP && left) {
        cause = step(&clone, value);
        left--;
    }
    memcpy(x, clone.registers.x, sizeof clone.registers.x);
    *instructions = left;
    return cause;
}

/* Return the canonical id of a call's number, as the table in front of the pipeline has it. */
static uint32_t id_of(uint32_t number)
{
    for (uint32_t id = 0; id < VG_ID_COUNT; id++)
        if ((uint32_t)abi_number(id) == number)
            return id;
    return VG_ID_UNKNOWN;
}

/* Have the call that a process's registers say judged, and make it; return whether the process goes on at once. */
static bool make_call(struct process *process)
{
    static const struct {
        uint32_t id;
        call_function *call;
    } calls[] = {
#define ROW(ID, function) {ID, function},
        CALLS(ROW, ROW)
    };
    uint32_t number = process->registers.x[17], id = id_of(number);
    call_function *call = NULL;
    process->registers.x[PC] += 4;
    for (uint32_t row = 0; row < sizeof calls / sizeof calls[0]; row++)
        if (calls[row].id == id)
            call = calls[row].call;
    native_take(process, id);
    switch (judge_call(process, id)) {
    case VG_VERDICT_ALLOW:
        break;
    case VG_VERDICT_QUARANTINE:
        board_freeze(process_index(process), true); /* gateware, by itself */
        quarantine_called(process);
        return false;
    case VG_VERDICT_CLONE:
        board_freeze(process_index(process), true);
        rehearsal_called(process);
        return false;
    case VG_VERDICT_DECOY:
        call = call_decoyed;
        break;
    case VG_VERDICT_KILL:
        process_condemned(process);
        return false;
    default:
        if (call == call_exit)
            break;
        process->registers.x[A0] = (uint32_t)-EPERM;
        return true;
    }
    if (call)
        return process_call(process, call) == LEAVE_RETURN;
    process->registers.x[A0] = id == VG_SYS_GETPID || id == VG_SYS_GETTID ? process->id : (uint32_t)-ENOSYS;
    return true;
}

/* Let a process run for a slice, or until it waits or ends; return how many instructions that were. */
static uint32_t run(struct process *process)
{
    set_windows(process);
    judge_returned(process);
    for (uint32_t done = 1;; done++) {
        uint32_t value, cause = step(process, &value);
        if (cause == CAUSE_CALL ? !make_call(process) : cause == NO_TRAP && done >= SLICE)
            return done;
        if (cause == CAUSE_CALL)
            judge_returned(process);
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
        while (aside_step() || lasting_step() || rehearsal_step())
            ;
        struct process *chosen = schedule_pick();
        if (chosen == processes)
            return 0;
        uint64_t alarm = earlier(schedule_alarm(), aside_alarm());
        if (!chosen && alarm == NEVER)
            return 2;
        if (!chosen) {
            board_sleep(alarm, false);
            continue;
        }
        if (chosen->again)
            process_call(chosen, chosen->again);
        if (chosen->state == PROCESS_READY && !chosen->again && !chosen->frozen && !chosen->rehearsed)
            signals_deliver(chosen);
        if (chosen->state == PROCESS_READY && !chosen->again && !chosen->frozen && !chosen->rehearsed)
            board_sleep(native_now() + run(chosen), false);
        board_ran(process_index(chosen), 1);
    }
    return 1;
}
