/* The pipeline's process slots follow the processes: begin, fork, exec, exit, as events of the core's. */
#include "calls.h"
#include "process.h"
#include "trap.h"

#define PROFILE 0

/* Have the slot of a process follow it; false: the pipeline takes nothing. */
static bool follow(enum vg_kind kind, uint32_t slot, uint32_t id, uint32_t a0, uint32_t a1)
{
    return !SCREENED || screen_follow((uint32_t)kind << VG_EVENT_KIND_OFFSET | slot << VG_EVENT_SLOT_OFFSET, id, a0, a1);
}

bool events_begin(uint32_t slot, uint32_t id, uint32_t tree)
{
    uint32_t event[VG_EVENT_WORDS] = {0}, record[VG_RECORD_WORDS];
    VG_PUT(event, VG_EVENT_KIND, VG_KIND_CLEAR);
    VG_PUT(event, VG_EVENT_SLOT, slot);
    VG_PUT(event, VG_EVENT_ID, tree);
    VG_PUT(event, VG_EVENT_GENERATION, id);
    VG_PUT(event, VG_EVENT_A0, PROFILE);
    return !SCREENED || (screen_own(event, VG_EVENT_WORDS, record) && !VG_GET(record, VG_RECORD_FAULT));
}

bool events_fork(uint32_t slot, uint32_t id, uint32_t child, uint32_t child_id)
{
    return follow(VG_KIND_FORK, slot, id, child, child_id);
}

void events_exec(uint32_t slot, uint32_t id)
{
    follow(VG_KIND_EXEC, slot, id, PROFILE, 0);
}

void events_narrow(uint32_t slot, uint32_t id)
{
    follow(VG_KIND_EXEC, slot, id, VG_NARROW_PROFILE, 0);
}

void events_exit(uint32_t slot, uint32_t id, uint32_t heir, uint32_t heir_id)
{
    follow(VG_KIND_EXIT, slot, id, heir == NOBODY ? VG_SLOTS : heir, heir_id);
}

enum number {
#define NUMBER(number, id, name) NUMBER_##id = number,
    VG_SYSCALLS_RISCV64(NUMBER)
};
_Static_assert(NUMBER_VG_SYS_CLONE == TRAP_CLONE, "trap.S knows it");

static const struct {
    uint16_t id, number;
    call_function *call;
} calls[] = {
#define ROW(ID, function) {ID, NUMBER_##ID, function},
    CALLS(ROW, ROW)
};

call_function *events_call(uint32_t number)
{
    for (uint32_t row = 0; row < sizeof calls / sizeof calls[0]; row++)
        if (calls[row].number == number)
            return calls[row].call;
    return NULL;
}

uint32_t events_id(uint32_t number)
{
    for (uint32_t row = 0; row < sizeof calls / sizeof calls[0]; row++)
        if (calls[row].number == number)
            return calls[row].id;
    return VG_ID_UNKNOWN;
}

/* Return the canonical id of the call that is being made. */
static uint32_t id_of(const struct process *process)
{
    for (uint32_t row = 0; row < sizeof calls / sizeof calls[0]; row++)
        if (calls[row].call == process->calling)
            return calls[row].id;
    return VG_ID_UNKNOWN;
}

int32_t events_resolved(struct process *process, const char *path)
{
    if (!SCREENED)
        return 0;
    if (process->diverted && !decoys_shown(process)) { /* it has been judged, and comes back aside */
        if (!aside_here())
            return ASIDE;
        decoys_divert(process);
        return DIVERTED;
    }
    uint32_t length = text_length(path), words = VG_EVENT_WORDS + VG_PATH_HEAD_WORDS + (length + 3) / 4;
    uint32_t event[VG_EVENT_WORDS + VG_PATH_HEAD_WORDS + PATH_BYTES / 4] = {0}, record[VG_RECORD_WORDS];
    if (screen_drain())
        kernel_stir();
    VG_PUT(event, VG_EVENT_KIND, VG_KIND_CALL);
    VG_PUT(event, VG_EVENT_SLOT, process_index(process));
    VG_PUT(event, VG_EVENT_ID, id_of(process));
    VG_PUT(event, VG_EVENT_PATHS, 1);
    VG_PUT(event, VG_EVENT_EPOCH, clock_sixteenths());
    VG_PUT(event, VG_EVENT_GENERATION, process->id);
    memcpy(event + VG_EVENT_A0_OFFSET / 32, &ARGUMENT(process, 0), 6 * sizeof event[0]);
    VG_PUT(event + VG_EVENT_WORDS, VG_PATH_HEAD_LENGTH, length);
    memcpy(event + VG_EVENT_WORDS + VG_PATH_HEAD_WORDS, path, length);
    if (!screen_call(event, words, record))
        return -EAGAIN;
    switch (VG_GET(record, VG_RECORD_VERDICT)) {
    case VG_VERDICT_ALLOW:
        return 0;
    case VG_VERDICT_CLONE:
        return process->trial == TRIAL_NONE ? REHEARSED : 0; /* once a call */
    case VG_VERDICT_QUARANTINE:
        return quarantine_called(process);
    case VG_VERDICT_KILL:
        process_condemned(process);
        return process_lives(process) ? -EPERM : REPLACED;
    case VG_VERDICT_DECOY:
        process->diverted = true;
        if (!decoys_shown(process) && !aside_here())
            return ASIDE;
        decoys_divert(process);
        return DIVERTED;
    default:
        return -EPERM;
    }
}
