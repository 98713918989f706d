/* The judge of the native core's calls: what gateware sees at the trap, as an event for the pipeline.
 *
 * Twin of hdl/soc/calls.py: what an event says of the call before it follows what programs see come back. */
#include <string.h>

#include "native.h"
#include "process.h"

#define EVENT_WORDS (VG_EVENT_WORDS + VG_STRINGS_MAX * (VG_PATH_HEAD_WORDS + VG_STRING_BYTES / 4))
#define ERRORS 4095 /* -ERRORS to -1 are errors */

static struct {
    bool on;
    /* By entry of the process table, a bit each. */
    uint32_t open; /* it is in a call */
    uint32_t good; /* its last call came back without an error */
} calls;

/* Have calls judged, or allow them all, which is much faster. */
void native_judging(bool on)
{
    calls.on = on;
}

void judge_power_on(void)
{
    memset(&calls, 0, sizeof calls);
}

void judge_born(uint32_t slot)
{
    if (slot >= PROCESSES)
        return;
    calls.open |= 1u << slot;
    calls.good &= ~(1u << slot);
}

void judge_returned(const struct process *process)
{
    uint32_t bit = 1u << process_index(process);
    if (!(calls.open & bit))
        return;
    calls.open &= ~bit;
    if (process->registers.x[A0] < (uint32_t)-ERRORS)
        calls.good |= bit;
}

uint32_t judge_call(struct process *process, uint32_t id)
{
    uint32_t event[EVENT_WORDS] = {0}, record[VG_RECORD_WORDS], words = VG_EVENT_WORDS;
    uint32_t slot = process_index(process), arguments = native_paths(id), count = 0;
    if (!calls.on)
        return VG_VERDICT_ALLOW;
    if (native_half())
        screen_drain();
    for (; arguments; arguments >>= 4, count++) {
        uint32_t argument = (arguments & 15) - 1;
        /* Before a path stands the descriptor that it starts from, unless it is the first argument. */
        bool known = argument == 0 || (int32_t)ARGUMENT(process, argument - 1) == AT_FDCWD;
        uint32_t seed = known ? seeds_of(process) : VG_NODE_UNKNOWN, *head = event + words;
        uint32_t length = native_string(count, (char *)(head + VG_PATH_HEAD_WORDS));
        *head = seed | length << VG_PATH_HEAD_LENGTH_OFFSET;
        words += VG_PATH_HEAD_WORDS + (length + 3) / 4;
    }
    VG_PUT(event, VG_EVENT_KIND, VG_KIND_CALL);
    VG_PUT(event, VG_EVENT_SLOT, slot);
    VG_PUT(event, VG_EVENT_OK, calls.good >> slot & 1);
    VG_PUT(event, VG_EVENT_PATHS, count);
    VG_PUT(event, VG_EVENT_ID, id);
    VG_PUT(event, VG_EVENT_EPOCH, clock_sixteenths());
    VG_PUT(event, VG_EVENT_GENERATION, process->id);
    memcpy(event + VG_EVENT_A0_OFFSET / 32, &ARGUMENT(process, 0), 6 * sizeof event[0]);
    judge_born(slot);
    if (!native_judged(event, words - VG_EVENT_WORDS, record))
        return VG_VERDICT_DENY;
    native_scored(slot, VG_GET(record, VG_RECORD_SCORE));
    return VG_GET(record, VG_RECORD_VERDICT);
}
