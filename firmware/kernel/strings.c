/* The strings of a call, as gateware copied and judged them: a program's own memory is not read for them again.
 *
 * Gateware holds those of one call.  A call that waits takes its strings along, in a granule of the pool, and finds
 * them there when it is begun again. */
#include "process.h"

_Static_assert(PATH_BYTES == VG_STRING_BYTES, "what gateware copies is what a path may be");

/* A call's strings while it waits. */
struct kept {
    uint32_t states; /* as the register `strings` has them */
    char areas[VG_STRINGS_MAX * VG_STRING_AREA_BYTES];
};
_Static_assert(sizeof(struct kept) <= VG_GRANULE_BYTES, "a granule holds it");

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
    const struct kept *kept = process->strings ? (const struct kept *)pool_bytes(process->strings) : NULL;
    uint32_t states = (kept ? kept->states : board_strings()) >> which * STRING_STATE_BITS;
    const char *from = (kept ? kept->areas : board_string_areas()) + which * VG_STRING_AREA_BYTES +
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

bool strings_keep(struct process *process)
{
    const uint32_t any = VG_COPROCESSOR_STRINGS_STATE0_MASK | VG_COPROCESSOR_STRINGS_STATE1_MASK;
    uint32_t states = SCREENED ? board_strings() : 0;
    if (process->strings || !(states & any))
        return true;
    process->strings = pool_get(1);
    if (!process->strings)
        return false;
    struct kept *kept = (struct kept *)pool_bytes(process->strings);
    kept->states = states;
    memcpy(kept->areas, board_string_areas(), sizeof kept->areas);
    return true;
}

void strings_drop(struct process *process)
{
    pool_free(process->strings);
    process->strings = NO_REGION;
}
