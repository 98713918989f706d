/* The strings of a call, as gateware copied and judged them: a program's own memory is not read for them again.
 *
 * Gateware holds those of one call.  A call that waits takes its strings along, and finds them there when it is begun
 * again: the first of those that wait in a place for it, others in granules of the pool. */
#include "process.h"

_Static_assert(PATH_BYTES == VG_STRING_BYTES, "what gateware copies is what a path may be");

/* A call's strings while it waits. */
struct kept {
    uint32_t states; /* as the register `strings` has them */
    uint32_t areas[VG_STRINGS_MAX][VG_STRING_AREA_BYTES / 4];
};
_Static_assert(sizeof(struct kept) <= VG_GRANULE_BYTES, "a granule holds it");

#define HELD 0xFF /* in place of a region: the first to wait needs none */
static struct {
    const struct process *process; /* whose they are, or NULL */
    struct kept kept;
} first;

ONCE void strings_start(void)
{
    first.process = NULL;
}

static struct kept *kept_of(const struct process *process)
{
    return process->strings == HELD ? &first.kept : (struct kept *)pool_bytes(process->strings);
}

/* Return which argument a string of the call that is being made is; gateware knows that by itself. */
static uint32_t argument_of(const struct process *process, uint32_t which)
{
    if (process->calling == call_symlinkat)
        return 2 * which;
    return which ? 3 : process->calling != call_execve && process->calling != call_chdir;
}

const char *strings_at(const struct process *process, uint32_t which, struct string_room *room, int32_t *failed)
{
    if (!SCREENED) {
        uint32_t address = ARGUMENT(process, argument_of(process, which));
        char *text = (char *)room->words + (address & 3); /* so that whole words can be copied */
        int32_t length = user_string(process, address, text, PATH_BYTES);
        *failed = length < 0 ? length : 0;
        return text;
    }
    const struct kept *kept = process->strings ? kept_of(process) : NULL;
    uint32_t states = (kept ? kept->states : board_strings()) >> which * STRING_STATE_BITS;
    const char *from = (kept ? (const char *)kept->areas : board_string_areas()) + which * VG_STRING_AREA_BYTES +
                       VG_FIELD(states, VG_COPROCESSOR_STRINGS_OFFSET0);
    uint32_t state = VG_FIELD(states, VG_COPROCESSOR_STRINGS_STATE0);
    *failed = state == VG_STRING_STATE_WHOLE ? 0 : state == VG_STRING_STATE_LONG ? -ENAMETOOLONG : -EFAULT;
    return from;
}

int32_t strings_get(const struct process *process, uint32_t which, char text[PATH_BYTES])
{
    struct string_room room;
    int32_t failed;
    const char *from = strings_at(process, which, &room, &failed);
    if (failed)
        return failed;
    text_copy(text, from, PATH_BYTES);
    return (int32_t)text_length(text);
}

/* One of a word's bytes is zero. */
static bool has_zero(uint32_t word)
{
    return (word - 0x01010101u) & ~word & 0x80808080u;
}

bool strings_put_aside(struct process *process, uint32_t states)
{
    bool held = first.process; /* by another one */
    process->strings = held ? pool_take(1) : HELD;
    if (!process->strings)
        return false;
    if (!held)
        first.process = process;
    struct kept *kept = kept_of(process);
    kept->states = states;
    for (uint32_t which = 0; which < VG_STRINGS_MAX; which++, states >>= STRING_STATE_BITS) {
        if (VG_FIELD(states, VG_COPROCESSOR_STRINGS_STATE0) != VG_STRING_STATE_WHOLE)
            continue;
        const uint32_t *from = (const uint32_t *)(const void *)(board_string_areas() + which * VG_STRING_AREA_BYTES);
        uint32_t *into = kept->areas[which], ahead = (1u << 8 * VG_FIELD(states, VG_COPROCESSOR_STRINGS_OFFSET0)) - 1;
        uint32_t word;
        do { /* to the word with the string's end; what stands ahead of its begin does not count */
            word = *from++;
            *into++ = word;
            word |= ahead;
            ahead = 0;
        } while (!has_zero(word));
    }
    return true;
}

void strings_forget(struct process *process)
{
    if (process->strings == HELD)
        first.process = NULL;
    else
        pool_free(process->strings);
    process->strings = NO_REGION;
}
