/* Quarantine: processes that are frozen, what is made of the evidence, and what the operator may do with them.
 *
 * A frozen process is an entry of the table as before, with its registers, memory and descriptors; only nobody picks
 * it.  What it waits for may come: its call is begun again when it is free, not before.  Every signal waits.
 *
 * A verdict freezes the whole tree, but for the first process, until the offender's family has been looked at: it
 * and all that it comes from and has begun, up to what a shell of the first process's has begun.  Each step looks at
 * one member; then the family is ended, or goes on with a narrower profile, or is the operator's. */
#include "operator.h"
#include "trap.h"

#define TIMES_MAX 3

static struct {
    uint32_t next, found, denied; /* where looking at a family stands */
    bool hold;
    bool asked; /* somebody's family may have to be looked at */
    uint32_t resumed, purged, decided;
} quarantine;

ONCE void quarantine_start(void)
{
    memset(&quarantine, 0, sizeof quarantine);
}

void quarantine_born(struct process *child, const struct process *parent)
{
    struct suspect *suspect = &child->suspect;
    bool first = parent == processes;
    if (!parent || first || suspect->session) /* what a shell of the first process begins is a family of its own */
        *suspect = (struct suspect){.family = child->id, .session = first, .cool = suspect->cool};
}

void quarantine_noted(struct process *process, enum vg_evidence what)
{
    process->suspect.noted |= (uint16_t)(1u << what);
}

/* --- freezing and freeing ------------------------------------------------------------------------------------ */

static void freeze(struct process *process, enum vg_frozen_by by)
{
    struct suspect *suspect = &process->suspect;
    if (process->frozen)
        return;
    process->frozen = true;
    process_stands(process);
    suspect->since = board_now();
    suspect->by = by;
    suspect->held = suspect->weighed = suspect->owed = false;
}

/* Answer a call whose verdict was QUARANTINE: by EPERM; but whoever wants to end does, or he would try for ever. */
static void answer(struct process *process)
{
    uint32_t number = process->registers.x[CALL_NUMBER];
    if (number == (uint32_t)abi_number(VG_SYS_EXIT) || number == (uint32_t)abi_number(VG_SYS_EXIT_GROUP))
        call_exit(process);
    else
        ARGUMENT(process, 0) = (uint32_t)-EPERM;
}

static void thaw(struct process *process)
{
    if (!process->frozen)
        return;
    process->frozen = false;
    process_stands(process);
    if (process->suspect.owed)
        answer(process);
    if (process->pending >> SIGKILL & 1)
        process_signal(process, SIGKILL);
}

/* Do to a process what an order says of its family. */
static void treat(struct process *process, enum vg_order order)
{
    struct suspect *suspect = &process->suspect;
    if (order == VG_ORDER_FREEZE) {
        freeze(process, VG_FROZEN_BY_OPERATOR);
        suspect->held = true;
    } else if (order == VG_ORDER_PURGE) {
        if (!aside_holds(process)) {
            process_end(process, SIGKILL);
        } else { /* once its call, which is under way in the flash, has ended */
            process->frozen = false;
            process_stands(process);
            process_signal(process, SIGKILL);
        }
    } else {
        suspect->cool = board_now() + clock_cycles(VG_QUARANTINE_COOL_MS);
        if (suspect->session)
            processes[0].suspect.cool = suspect->cool; /* and of the shell that comes after it */
        else if (order == VG_ORDER_NARROW)
            events_narrow(process_index(process), process->id);
        thaw(process);
    }
}

/* Do to a family what an order says; whoever was frozen only until that was known goes on. */
static void settle(uint32_t family, enum vg_order order)
{
    uint32_t settled = 0; /* bit t: what happened in tree t is */
    for (struct process *process = processes; process < processes + PROCESSES; process++) {
        struct suspect *suspect = &process->suspect;
        if (suspect->family != family || !process_lives(process))
            continue;
        settled |= (uint32_t)suspect->due << process->tree;
        suspect->due = false;
        treat(process, order);
    }
    quarantine.next = quarantine.found = quarantine.denied = 0;
    quarantine.purged += order == VG_ORDER_PURGE;
    quarantine.resumed += order == VG_ORDER_RESUME || order == VG_ORDER_NARROW;
    for (struct process *process = processes; process < processes + PROCESSES; process++)
        if (settled >> process->tree & 1 && !process->suspect.held)
            thaw(process);
}

int32_t quarantine_called(struct process *process)
{
    struct suspect *suspect = &process->suspect;
    bool cool = board_now() < suspect->cool;
    if (process == processes && !cool)
        suspect->cool = board_now() + clock_cycles(VG_QUARANTINE_COOL_MS);
    if (!cool)
        log_line("quarantine: process %u (%s) is %s for its call %u", (unsigned)process->id, process->name,
                 process == processes ? "never frozen, but denied" : "frozen",
                 (unsigned)process->registers.x[CALL_NUMBER]);
    if (process == processes || cool) {
        process_stands(process);
        answer(process);
        return -EPERM;
    }
    for (struct process *other = processes + 1; other < processes + PROCESSES; other++) {
        if (!process_lives(other) || other->tree != process->tree)
            continue;
        bool kin = other->suspect.family == suspect->family;
        freeze(other, other == process ? VG_FROZEN_BY_VERDICT : kin ? VG_FROZEN_BY_FAMILY : VG_FROZEN_BY_TREE);
        if (kin && other->suspect.times < TIMES_MAX)
            other->suspect.times++;
    }
    suspect->owed = suspect->due = quarantine.asked = true;
    return -EPERM;
}

void quarantine_end(const struct process *process)
{
    settle(process->suspect.family, VG_ORDER_PURGE);
}

/* --- what is made of it -------------------------------------------------------------------------------------- */

static void decide(const struct process *offender)
{
    const struct suspect *suspect = &offender->suspect;
    uint32_t found = quarantine.found, family = suspect->family;
    if (suspect->times > 1)
        found |= 1u << (suspect->times < TIMES_MAX ? VG_EVIDENCE_AGAIN : VG_EVIDENCE_LAST);
    found = evidence_whole(found, quarantine.denied);
    uint32_t score = evidence_weight(found);
    enum vg_order order = quarantine.hold                     ? VG_ORDER_FREEZE
                          : score >= VG_QUARANTINE_PURGE_FROM ? VG_ORDER_PURGE
                                                              : VG_ORDER_NARROW;
    for (struct process *process = processes; process < processes + PROCESSES; process++) {
        if (process->suspect.family != family)
            continue;
        process->suspect.found = (uint16_t)found;
        process->suspect.score = (uint8_t)score;
        process->suspect.weighed = true;
    }
    quarantine.decided = (uint32_t)(board_now() - suspect->since);
    log_line("quarantine: family %u %s, score %u, evidence %x", (unsigned)family,
             order == VG_ORDER_FREEZE  ? "is held"
             : order == VG_ORDER_PURGE ? "is ended"
                                       : "goes on",
             (unsigned)score, (unsigned)found);
    if (order == VG_ORDER_PURGE)
        vaccinate_from(offender);
    settle(family, order);
}

bool quarantine_step(void)
{
    struct process *offender = processes;
    if (!quarantine.asked)
        return false;
    while (offender < processes + PROCESSES && !(offender->suspect.due && process_lives(offender)))
        offender++;
    quarantine.asked = offender < processes + PROCESSES;
    if (!quarantine.asked)
        return false;
    for (; quarantine.next < PROCESSES; quarantine.next++) {
        const struct process *process = &processes[quarantine.next];
        if (process->suspect.family != offender->suspect.family || !process_lives(process))
            continue;
        quarantine.found |= process->suspect.noted | evidence_of(process, &quarantine.denied);
        quarantine.next++;
        return true;
    }
    decide(offender);
    return true;
}

/* --- the operator -------------------------------------------------------------------------------------------- */

/* Return a process that lives by its number, or NULL; `*failed` is why an order that frees it cannot be obeyed. */
static struct process *named(uint32_t id, int32_t *failed)
{
    struct process *process = processes;
    while (process < processes + PROCESSES && !(process->id == id && process_lives(process)))
        process++;
    bool found = process < processes + PROCESSES;
    *failed = !found ? -ESRCH : process->frozen ? 0 : -EINVAL;
    return found ? process : NULL;
}

bool quarantine_holds(uint32_t id)
{
    int32_t failed;
    named(id, &failed);
    return !failed;
}

enum outcome quarantine_order(const struct frame *frame)
{
    uint32_t order = PART(frame->payload[WORD(VG_FRAME_QUARANTINE_ORDER_ORDER)], VG_FRAME_QUARANTINE_ORDER_ORDER);
    int32_t failed;
    if (order > VG_ORDER_DECIDE)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "there is no such order");
    if (order >= VG_ORDER_HOLD) {
        quarantine.hold = order == VG_ORDER_HOLD;
        return operator_answer(0);
    }
    const struct process *process = named(frame->payload[WORD(VG_FRAME_QUARANTINE_ORDER_PROCESS)], &failed);
    if (process && (order == VG_ORDER_FREEZE || process == processes))
        failed = process == processes ? -EPERM : 0;
    if (failed)
        return operator_answer(failed);
    log_line("quarantine: family %u is %s by the operator", (unsigned)process->suspect.family,
             order == VG_ORDER_FREEZE  ? "frozen"
             : order == VG_ORDER_PURGE ? "ended"
                                       : "resumed");
    settle(process->suspect.family, order);
    return operator_answer(0);
}

static void describe(uint32_t *told, const struct process *process)
{
    const struct suspect *suspect = &process->suspect;
    uint64_t frozen = board_now() - suspect->since;
    memset(told, 0, VG_QUARANTINE_ENTRY_BYTES);
    told[WORD(VG_QUARANTINE_ENTRY_ID)] = process->id;
    told[WORD(VG_QUARANTINE_ENTRY_FAMILY)] = suspect->family;
    told[WORD(VG_QUARANTINE_ENTRY_SLOT)] =
        AS(VG_QUARANTINE_ENTRY_SLOT, process_index(process)) | AS(VG_QUARANTINE_ENTRY_BY, suspect->by) |
        AS(VG_QUARANTINE_ENTRY_HELD, suspect->held) | AS(VG_QUARANTINE_ENTRY_WEIGHED, suspect->weighed) |
        AS(VG_QUARANTINE_ENTRY_TIMES, suspect->times);
    told[WORD(VG_QUARANTINE_ENTRY_SCORE)] |= AS(VG_QUARANTINE_ENTRY_SCORE, suspect->score);
    told[WORD(VG_QUARANTINE_ENTRY_EVIDENCE)] = AS(VG_QUARANTINE_ENTRY_EVIDENCE, suspect->found);
    told[WORD(VG_QUARANTINE_ENTRY_COUNTER)] = process->registers.x[PC];
    told[WORD(VG_QUARANTINE_ENTRY_FROZEN_LOW)] = (uint32_t)frozen;
    told[WORD(VG_QUARANTINE_ENTRY_FROZEN_HIGH)] = (uint32_t)(frozen >> 32);
    text_copy((char *)(told + WORD(VG_QUARANTINE_ENTRY_NAME0)), process->name, VG_LINK_PROCESS_NAME_BYTES);
}

enum outcome quarantine_list(const struct frame *frame)
{
    (void)frame;
    uint32_t count = 0, most = VG_FRAME_QUARANTINE_ENTRIES_BYTES + PROCESSES * VG_QUARANTINE_ENTRY_BYTES;
    uint32_t *payload = send_open(VG_FRAME_TYPE_QUARANTINE_ENTRIES, most);
    if (!payload)
        return OUTCOME_WAIT;
    for (const struct process *process = processes; process < processes + PROCESSES; process++)
        if (process->frozen)
            describe(payload + VG_FRAME_QUARANTINE_ENTRIES_WORDS + VG_QUARANTINE_ENTRY_WORDS * count++, process);
    payload[0] = AS(VG_FRAME_QUARANTINE_ENTRIES_COUNT, count) | AS(VG_FRAME_QUARANTINE_ENTRIES_HOLD, quarantine.hold);
    payload[WORD(VG_FRAME_QUARANTINE_ENTRIES_RESUMED)] = quarantine.resumed;
    payload[WORD(VG_FRAME_QUARANTINE_ENTRIES_PURGED)] = quarantine.purged;
    payload[WORD(VG_FRAME_QUARANTINE_ENTRIES_DECIDED)] = quarantine.decided;
    send_close(VG_FRAME_QUARANTINE_ENTRIES_BYTES + count * VG_QUARANTINE_ENTRY_BYTES);
    return OUTCOME_DONE;
}

enum outcome quarantine_read(const struct frame *frame)
{
    int32_t failed;
    const struct process *process = named(frame->payload[WORD(VG_FRAME_QUARANTINE_READ_PROCESS)], &failed);
    uint32_t part = PART(frame->payload[WORD(VG_FRAME_QUARANTINE_READ_PART)], VG_FRAME_QUARANTINE_READ_PART);
    uint32_t offset = frame->payload[WORD(VG_FRAME_QUARANTINE_READ_OFFSET)];
    if (failed)
        return operator_answer(failed);
    uint32_t region = part == VG_PART_TEXT ? exec_text_region(process->text) : process->data;
    bool inside = part == VG_PART_REGISTERS;
    const uint8_t *bytes = inside ? (const uint8_t *)process->registers.x : pool_bytes(region);
    uint32_t size = inside ? sizeof process->registers : pool_size(region) * VG_GRANULE_BYTES;
    if (part > VG_PART_DATA || offset > size)
        return operator_answer(-EINVAL);
    uint32_t count = size - offset < VG_LINK_FILE_CHUNK ? size - offset : VG_LINK_FILE_CHUNK;
    uint32_t *payload = send_open(VG_FRAME_TYPE_FILE_DATA, VG_FRAME_FILE_DATA_BYTES + count);
    if (!payload)
        return OUTCOME_WAIT;
    payload[WORD(VG_FRAME_FILE_DATA_OFFSET)] = offset;
    payload[WORD(VG_FRAME_FILE_DATA_SIZE)] = size;
    memcpy(payload + VG_FRAME_FILE_DATA_WORDS, bytes + offset, count);
    send_close(VG_FRAME_FILE_DATA_BYTES + count);
    return OUTCOME_DONE;
}
