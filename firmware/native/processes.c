/* Processes without a core: calls are made for them from outside, in their memory. */
#include <string.h>

#include "calls.h"
#include "native.h"
#include "process.h"

#define POOL_GRANULES 80 /* some more than the board has, see kernel.ld */

static _Alignas(VG_GRANULE_BYTES) uint8_t memory[POOL_GRANULES * VG_GRANULE_BYTES];

uint8_t *board_pool(uint32_t *granules)
{
    *granules = POOL_GRANULES;
    return memory;
}

uint32_t board_pool_place(void)
{
    return 0;
}

void board_process(uint32_t slot, uint32_t generation)
{
    (void)slot, (void)generation;
}

void board_windows(uint32_t text, uint32_t text_limit, uint32_t data, uint32_t data_limit)
{
    (void)text, (void)text_limit, (void)data, (void)data_limit;
}

void board_interrupt(uint64_t alarm, bool frames)
{
    (void)alarm, (void)frames;
}

bool board_interrupted(void)
{
    return true;
}

/* Begin the first process, as the board does where a model is in force; return its entry's number or -1. */
int native_begin(void)
{
    clock_step();
    process_begin();
    return processes[0].state == PROCESS_READY ? 0 : -1;
}

#define STOPPED 600

/* Make a call of a process; return its result, BLOCKED if it waits, REPLACED if it runs something else now; less
 * than -STOPPED: why the board stopped in the middle of it. */
int native_call(uint32_t entry, uint32_t id, const uint32_t arguments[6])
{
    int why = setjmp(*native_out());
    if (why)
        return -STOPPED - why;
    static const struct {
        uint32_t id;
        call_function *call;
    } calls[] = {
#define ROW(ID, function) {ID, function},
        CALLS(ROW, ROW)
    };
    struct process *process = &processes[entry % PROCESSES];
    if (process->state != PROCESS_READY || process->frozen)
        return -ESRCH;
    clock_step();
    call_function *call = process->again;
    for (uint32_t row = 0; !call && row < sizeof calls / sizeof calls[0]; row++)
        if (calls[row].id == id)
            call = calls[row].call;
    if (!call)
        return -ENOSYS;
    if (!process->again) {
        memcpy(&process->registers.x[A0], arguments, 6 * sizeof arguments[0]);
        native_take(process, id);
    }
    switch (process_call(process, call)) {
    case LEAVE_REPLACED:
        return REPLACED;
    case LEAVE_SWITCH:
        return process->state == PROCESS_WAITING ? BLOCKED : (int)process->registers.x[A0];
    default:
        return (int)process->registers.x[A0];
    }
}

/* Pick who runs next, as the scheduler does, and let it begin the handler of a signal; return its number, or -1. */
int native_pick(void)
{
    struct process *chosen = schedule_pick();
    if (chosen && !chosen->again)
        signals_deliver(chosen);
    return chosen ? (int)process_index(chosen) : -1;
}

/* Return where a process's memory lies now, or NULL; what the table says of it. */
uint8_t *native_memory(uint32_t entry, uint32_t address, uint32_t size)
{
    return user_bytes(&processes[entry % PROCESSES], address, size, true);
}

int native_state(uint32_t entry)
{
    return processes[entry % PROCESSES].state;
}

/* Say if a process waits for no more than what is done aside. */
int native_aside(uint32_t entry)
{
    const struct process *process = &processes[entry % PROCESSES];
    return process->state == PROCESS_WAITING && aside_awaited(process);
}

uint32_t native_register(uint32_t entry, uint32_t number)
{
    return processes[entry % PROCESSES].registers.x[number % 32];
}

uint32_t native_id(uint32_t entry)
{
    return processes[entry % PROCESSES].id;
}

bool native_frozen(uint32_t entry)
{
    return processes[entry % PROCESSES].frozen;
}

/* What a verdict QUARANTINE on a process's call does. */
void native_quarantined(uint32_t entry)
{
    quarantine_called(&processes[entry % PROCESSES]);
}

void native_noted(uint32_t entry, uint32_t evidence)
{
    quarantine_noted(&processes[entry % PROCESSES], (enum vg_evidence)evidence);
}

/* Change a process's register, or a word of its text, as no program can. */
void native_set_register(uint32_t entry, uint32_t number, uint32_t value)
{
    processes[entry % PROCESSES].registers.x[number % 32] = value;
}

void native_break_text(uint32_t entry)
{
    pool_bytes(exec_text_region(processes[entry % PROCESSES].text))[64] ^= 1;
}

void native_as_user(uint32_t entry, uint32_t user)
{
    processes[entry % PROCESSES].user = processes[entry % PROCESSES].own_group = user;
}

void native_end(uint32_t entry)
{
    process_signal(&processes[entry % PROCESSES], SIGKILL);
}

/* The pool alone. */
uint32_t native_pool_get(uint32_t granules)
{
    return pool_get(granules);
}

int native_pool_resize(uint32_t region, uint32_t granules)
{
    return pool_resize(region, granules);
}

void native_pool_free(uint32_t region)
{
    pool_free(region);
}

uint8_t *native_pool_bytes(uint32_t region)
{
    return pool_bytes(region);
}

uint32_t native_pool_left(void)
{
    return pool_left();
}
