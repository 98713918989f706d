/* The way into the kernel and out of it, as the board's registers have it; trap.S has the steps themselves. */
#include "calls.h"
#include "hardware.h"
#include "process.h"
#include "trap.h"

_Static_assert(offsetof(struct process, id) == TRAP_ID, "trap.S returns it");
_Static_assert(TRAP_EPERM == EPERM && TRAP_ENOSYS == ENOSYS, "one number each");
#define ENDS(number, id, name) \
    + ((number) == TRAP_EXIT && (id) == VG_SYS_EXIT) + ((number) == TRAP_EXIT + 1 && (id) == VG_SYS_EXIT_GROUP)
_Static_assert(0 VG_SYSCALLS_RISCV64(ENDS) == 2, "the two calls that end a process");
_Static_assert(LEAVE_RETURN == 0 && LEAVE_SWITCH == 1 && LEAVE_REPLACED == 2, "as trap.S counts");

extern uint8_t pool_begin[], pool_end[]; /* kernel.ld */
extern void stub_unknown(void), decoyed(void), denied(void), quarantined(void), rehearsed(void), condemned(void);

#define DECLARE(ID, function) extern void stub_##ID(void);
CALLS(DECLARE, DECLARE)
extern void quick_getpid(void);

static const ONCE_DATA struct {
    uint32_t id;
    void (*handler)(void);
} handlers[] = {
#define HANDLER(ID, function) {ID, stub_##ID},
    CALLS(HANDLER, HANDLER)
    {VG_SYS_GETPID, quick_getpid},
    {VG_SYS_GETTID, quick_getpid},
};

#ifdef TABLE
void (*handlers_by_number[TRAP_NUMBERS])(void); /* trap.S goes by it */

void entry_start(void)
{
    for (uint32_t number = 0; number < TRAP_NUMBERS; number++)
        handlers_by_number[number] = stub_unknown;
    for (uint32_t row = 0; row < sizeof handlers / sizeof handlers[0]; row++)
        handlers_by_number[abi_number(handlers[row].id)] = handlers[row].handler;
}
#else
/* Say where calls go: by name those that are there, all others to ENOSYS; by verdict those that may not run. */
ONCE void entry_start(void)
{
    volatile uint32_t *by_verdict = (volatile uint32_t *)(uintptr_t)VG_COPROCESSOR_VERDICT_HANDLER;
    for (uint32_t verdict = 0; verdict < VG_COPROCESSOR_VERDICT_HANDLER_COUNT; verdict++)
        by_verdict[verdict] = (uint32_t)(uintptr_t)(verdict == VG_VERDICT_KILL         ? condemned
                                                    : verdict == VG_VERDICT_QUARANTINE ? quarantined
                                                    : verdict == VG_VERDICT_CLONE      ? rehearsed
                                                    : verdict == VG_VERDICT_DECOY      ? decoyed
                                                                                       : denied);
    VG_REG(VG_COPROCESSOR_HANDLER_INDEX) = 0;
    for (uint32_t id = 0; id < VG_ID_COUNT; id++)
        VG_REG(VG_COPROCESSOR_HANDLER) = (uint32_t)(uintptr_t)stub_unknown;
    for (uint32_t row = 0; row < sizeof handlers / sizeof handlers[0]; row++) {
        VG_REG(VG_COPROCESSOR_HANDLER_INDEX) = handlers[row].id;
        VG_REG(VG_COPROCESSOR_HANDLER) = (uint32_t)(uintptr_t)handlers[row].handler;
    }
    VG_REG(VG_COPROCESSOR_LOCK) = VG_COPROCESSOR_LOCK_HANDLERS_MASK;
}
#endif

uint8_t *board_pool(uint32_t *granules)
{
    *granules = (uint32_t)(pool_end - pool_begin) / VG_GRANULE_BYTES;
    return pool_begin;
}

uint32_t board_pool_place(void)
{
    return ((uint32_t)(uintptr_t)pool_begin - VG_RAM_BASE) / VG_GRANULE_BYTES;
}

void board_process(uint32_t slot, uint32_t generation)
{
    VG_REG(VG_COPROCESSOR_SLOT) = slot;
    VG_REG(VG_COPROCESSOR_GENERATION) = generation;
}

void board_freeze(uint32_t slot, bool on)
{
    VG_REG(VG_COPROCESSOR_FREEZE) = VG_VALUE(VG_COPROCESSOR_FREEZE_SLOT, slot) | VG_VALUE(VG_COPROCESSOR_FREEZE_ON, on);
}

void board_ready(uint32_t slots)
{
    VG_REG(VG_SCHEDULER_READY) = slots;
}

void board_ran(uint32_t slot, uint32_t ticks)
{
    VG_REG(VG_SCHEDULER_RAN) = VG_VALUE(VG_SCHEDULER_RAN_SLOT, slot) | VG_VALUE(VG_SCHEDULER_RAN_TICKS, ticks);
}

void board_woken(uint32_t slot, bool fresh)
{
    VG_REG(VG_SCHEDULER_WOKEN) = VG_VALUE(VG_SCHEDULER_WOKEN_SLOT, slot) | VG_VALUE(VG_SCHEDULER_WOKEN_FRESH, fresh);
}

uint32_t board_pick(void)
{
    uint32_t pick = VG_REG(VG_SCHEDULER_PICK);
    return VG_FIELD(pick, VG_SCHEDULER_PICK_ANY) ? VG_FIELD(pick, VG_SCHEDULER_PICK_SLOT) : NOBODY;
}

void board_cwd(uint32_t seed)
{
    VG_REG(VG_COPROCESSOR_CWD) = seed;
}

uint32_t board_strings(void)
{
    return VG_REG(VG_COPROCESSOR_STRINGS);
}

const char *board_string_areas(void)
{
    return (const char *)(uintptr_t)VG_STRINGS_BASE;
}

void board_windows(uint32_t text, uint32_t text_limit, uint32_t data, uint32_t data_limit)
{
    VG_REG(VG_COPROCESSOR_TEXT_WINDOW) = VG_VALUE(VG_COPROCESSOR_TEXT_WINDOW_BASE, text) |
                                         VG_VALUE(VG_COPROCESSOR_TEXT_WINDOW_LIMIT, text_limit);
    VG_REG(VG_COPROCESSOR_DATA_WINDOW) = VG_VALUE(VG_COPROCESSOR_DATA_WINDOW_BASE, data) |
                                         VG_VALUE(VG_COPROCESSOR_DATA_WINDOW_LIMIT, data_limit);
}
