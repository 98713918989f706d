/* The pipeline's process slots follow the processes: begin, fork, exec, exit, as events of the core's. */
#include "process.h"

#define PROFILE 0

/* Have an event screened; false if it was refused. */
static bool screened(uint32_t kind, uint32_t slot, uint32_t id, uint32_t tree, uint32_t a0, uint32_t a1)
{
    uint32_t event[VG_EVENT_WORDS] = {0}, record[VG_RECORD_WORDS];
    screen_drain();
    kernel_stir();
    VG_PUT(event, VG_EVENT_KIND, kind);
    VG_PUT(event, VG_EVENT_SLOT, slot);
    VG_PUT(event, VG_EVENT_ID, tree);
    VG_PUT(event, VG_EVENT_GENERATION, id);
    VG_PUT(event, VG_EVENT_A0, a0);
    VG_PUT(event, VG_EVENT_A1, a1);
    if (!screen_own(event, VG_EVENT_WORDS, record))
        return false;
    bool taken = VG_GET(record, VG_RECORD_FAULT) == VG_FAULT_NONE;
    if (!taken)
        log_line("the pipeline refused event %u of slot %u: fault %u", (unsigned)kind, (unsigned)slot,
                 (unsigned)VG_GET(record, VG_RECORD_FAULT));
    return taken;
}

bool events_begin(uint32_t slot, uint32_t id, uint32_t tree)
{
    return screened(VG_KIND_CLEAR, slot, id, tree, PROFILE, 0);
}

bool events_fork(uint32_t slot, uint32_t id, uint32_t child, uint32_t child_id)
{
    return screened(VG_KIND_FORK, slot, id, 0, child, child_id);
}

void events_exec(uint32_t slot, uint32_t id)
{
    screened(VG_KIND_EXEC, slot, id, 0, PROFILE, 0);
}

void events_exit(uint32_t slot, uint32_t id, uint32_t heir, uint32_t heir_id)
{
    screened(VG_KIND_EXIT, slot, id, 0, heir == NOBODY ? VG_SLOTS : heir, heir_id);
}
