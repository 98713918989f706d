/* Quarantine: processes that are frozen, what is made of the evidence, and what the operator may do with them.
 *
 * A frozen process is an entry of the table as before, with its registers, memory and descriptors; only nobody picks
 * it.  What it waits for may come: its call is begun again when it is free, not before.  Every signal waits.
 *
 * A verdict freezes the whole tree, but for the first process, until the offender's family has been looked at: it
 * and all that it comes from and has begun, up to what a shell of the first process's has begun.  Each step looks at
 * one member; then the family is ended, or goes on with a narrower profile, or is the operator's. */
#include "operator.h"

#define BIT(entry) (1u << (entry))
#define FOUND(piece) BIT(VG_EVIDENCE_##piece)
#define TIMES_MAX 3

uint32_t quarantine_frozen;

static struct {
    struct suspect {
        uint64_t since, cool; /* it is frozen; and until when a verdict only denies */
        uint32_t family;      /* the process that began it */
        uint16_t noted, found; /* evidence: of what it and its parents did, and of all, once weighed */
        uint8_t score, times, by;
        bool session;         /* what it begins is a family of its own */
        bool owed;            /* the call that led here is still to be answered */
        bool held, weighed;
    } suspects[PROCESSES];
    uint32_t due;             /* bit e: by entry e's call, a family is to be looked at */
    uint32_t next, found, denied; /* where that stands, of the first of them */
    bool hold;
    uint32_t resumed, purged, decided;
} quarantine;

void quarantine_start(void)
{
    memset(&quarantine, 0, sizeof quarantine);
    quarantine_frozen = 0;
}

void quarantine_born(const struct process *parent, const struct process *child)
{
    struct suspect *suspect = &quarantine.suspects[process_index(child)];
    memset(suspect, 0, sizeof *suspect);
    suspect->family = child->id;
    if (!parent)
        return;
    const struct suspect *from = &quarantine.suspects[process_index(parent)];
    suspect->session = parent == processes;
    if (parent == processes || from->session)
        return;
    suspect->family = from->family;
    suspect->noted = from->noted;
    suspect->times = from->times;
    suspect->cool = from->cool;
}

void quarantine_ended(const struct process *process)
{
    uint32_t bit = BIT(process_index(process));
    quarantine_frozen &= ~bit;
    quarantine.due &= ~bit;
}

void quarantine_noted(uint32_t entry, enum vg_evidence what)
{
    quarantine.suspects[entry].noted |= (uint16_t)BIT(what);
}

/* --- freezing and freeing ------------------------------------------------------------------------------------ */

static bool related(uint32_t entry, uint32_t family)
{
    return entry && process_lives(&processes[entry]) && quarantine.suspects[entry].family == family;
}

static void freeze(uint32_t entry, enum vg_frozen_by by)
{
    struct suspect *suspect = &quarantine.suspects[entry];
    if (quarantine_frozen & BIT(entry))
        return;
    quarantine_frozen |= BIT(entry);
    suspect->since = board_now();
    suspect->by = (uint8_t)by;
    suspect->held = suspect->weighed = suspect->owed = false;
}

static void thaw(uint32_t entry)
{
    struct process *process = &processes[entry];
    struct suspect *suspect = &quarantine.suspects[entry];
    if (!(quarantine_frozen & BIT(entry)))
        return;
    quarantine_frozen &= ~BIT(entry);
    if (suspect->owed)
        process->registers.x[A0] = (uint32_t)-EPERM;
    if (process->pending >> SIGKILL & 1)
        process_signal(process, SIGKILL);
}

/* Nobody is to be looked at any more by what this entry did: free those of its tree that are not held. */
static void settle(uint32_t offender)
{
    quarantine.next = quarantine.found = quarantine.denied = 0;
    quarantine.due &= ~BIT(offender);
    for (uint32_t entry = 0; entry < PROCESSES; entry++)
        if (processes[entry].tree == processes[offender].tree && !quarantine.suspects[entry].held)
            thaw(entry);
}

static void purge(uint32_t family)
{
    for (uint32_t entry = 0; entry < PROCESSES; entry++)
        if (related(entry, family))
            process_end(&processes[entry], SIGKILL);
    quarantine.purged++;
}

static void resume(uint32_t family, bool narrow)
{
    for (uint32_t entry = 0; entry < PROCESSES; entry++) {
        struct suspect *suspect = &quarantine.suspects[entry];
        if (!related(entry, family))
            continue;
        suspect->cool = board_now() + clock_cycles(VG_QUARANTINE_COOL_MS);
        if (narrow && !suspect->session)
            events_narrow(entry, processes[entry].id);
        thaw(entry);
    }
    quarantine.resumed++;
}

int32_t quarantine_called(struct process *process)
{
    uint32_t offender = process_index(process);
    struct suspect *suspect = &quarantine.suspects[offender];
    if (process == processes && board_now() >= suspect->cool) {
        log_line("quarantine: the first process is never frozen, its call %u is denied",
                 (unsigned)process->registers.x[17]);
        suspect->cool = board_now() + clock_cycles(VG_QUARANTINE_COOL_MS);
    }
    if (board_now() < suspect->cool) {
        process->registers.x[A0] = (uint32_t)-EPERM;
        return -EPERM;
    }
    for (uint32_t entry = 1; entry < PROCESSES; entry++) {
        if (!process_lives(&processes[entry]) || processes[entry].tree != process->tree)
            continue;
        bool kin = related(entry, suspect->family);
        freeze(entry, entry == offender ? VG_FROZEN_BY_VERDICT : kin ? VG_FROZEN_BY_FAMILY : VG_FROZEN_BY_TREE);
        if (kin && quarantine.suspects[entry].times < TIMES_MAX)
            quarantine.suspects[entry].times++;
    }
    suspect->owed = true;
    quarantine.due |= BIT(offender);
    log_line("quarantine: process %u (%s) is frozen for its call %u", (unsigned)process->id, process->name,
             (unsigned)process->registers.x[17]);
    return -EPERM;
}

/* --- what is made of it -------------------------------------------------------------------------------------- */

static void decide(uint32_t offender, uint32_t family)
{
    const struct suspect *suspect = &quarantine.suspects[offender];
    uint32_t found = quarantine.found, score;
    if (suspect->times > 1)
        found |= suspect->times < TIMES_MAX ? FOUND(AGAIN) : FOUND(LAST);
    found = evidence_whole(found, quarantine.denied);
    score = evidence_weight(found);
    bool held = suspect->held || quarantine.hold, ends = score >= VG_QUARANTINE_PURGE_FROM;
    for (uint32_t entry = 0; entry < PROCESSES; entry++) {
        struct suspect *other = &quarantine.suspects[entry];
        if (!related(entry, family))
            continue;
        other->found = (uint16_t)found;
        other->score = (uint8_t)score;
        other->weighed = true;
        other->held = held;
    }
    quarantine.decided = (uint32_t)(board_now() - suspect->since);
    log_line("quarantine: family %u %s, score %u, evidence %x", (unsigned)family,
             held ? "is held" : ends ? "is ended" : "goes on", (unsigned)score, (unsigned)found);
    if (!held && ends)
        purge(family);
    else if (!held)
        resume(family, true);
    settle(offender);
}

bool quarantine_step(void)
{
    uint32_t offender = 0;
    if (!quarantine.due)
        return false;
    while (!(quarantine.due >> offender & 1))
        offender++;
    uint32_t family = quarantine.suspects[offender].family;
    while (quarantine.next < PROCESSES && !related(quarantine.next, family))
        quarantine.next++;
    if (quarantine.next == PROCESSES) {
        decide(offender, family);
        return true;
    }
    quarantine.found |= quarantine.suspects[quarantine.next].noted |
                        evidence_of(&processes[quarantine.next], &quarantine.denied);
    quarantine.next++;
    return true;
}

/* --- the operator -------------------------------------------------------------------------------------------- */

/* Return the entry of a process that lives, by its number; NOBODY: there is none. */
static uint32_t entry_of(uint32_t id)
{
    uint32_t entry = 0;
    while (entry < PROCESSES && !(process_lives(&processes[entry]) && processes[entry].id == id))
        entry++;
    return entry;
}

bool quarantine_holds(uint32_t id)
{
    uint32_t entry = entry_of(id);
    return entry != NOBODY && quarantine_frozen >> entry & 1;
}

static int32_t obey(uint32_t id, enum vg_order order)
{
    uint32_t chosen = entry_of(id), family = quarantine.suspects[chosen % PROCESSES].family;
    if (chosen == NOBODY || !chosen)
        return chosen ? -ESRCH : -EPERM;
    if (order != VG_ORDER_FREEZE && !(quarantine_frozen & BIT(chosen)))
        return -EINVAL;
    for (uint32_t entry = 0; order == VG_ORDER_FREEZE && entry < PROCESSES; entry++)
        if (related(entry, family)) {
            freeze(entry, VG_FROZEN_BY_OPERATOR);
            quarantine.suspects[entry].held = true;
        }
    log_line("quarantine: family %u is %s by the operator", (unsigned)family,
             order == VG_ORDER_FREEZE  ? "frozen"
             : order == VG_ORDER_PURGE ? "ended"
                                       : "resumed");
    if (order == VG_ORDER_FREEZE)
        return 0;
    uint32_t offenders = 0;
    for (uint32_t entry = 0; entry < PROCESSES; entry++)
        offenders |= related(entry, family) ? quarantine.due & BIT(entry) : 0;
    if (order == VG_ORDER_PURGE)
        purge(family);
    else
        resume(family, order == VG_ORDER_NARROW);
    for (uint32_t entry = 0; entry < PROCESSES; entry++)
        if (offenders >> entry & 1)
            settle(entry);
    return 0;
}

enum outcome quarantine_order(const struct frame *frame)
{
    uint32_t order = VG_GET(frame->payload, VG_FRAME_QUARANTINE_ORDER_ORDER);
    if (order > VG_ORDER_DECIDE)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "the order is FREEZE, RESUME, NARROW, PURGE, HOLD or DECIDE");
    if (order < VG_ORDER_HOLD)
        return operator_answer(obey(VG_GET(frame->payload, VG_FRAME_QUARANTINE_ORDER_PROCESS), order));
    quarantine.hold = order == VG_ORDER_HOLD;
    return operator_answer(0);
}

static void describe(uint32_t *told, uint32_t number)
{
    const struct process *process = &processes[number];
    const struct suspect *suspect = &quarantine.suspects[number];
    uint64_t frozen = board_now() - suspect->since;
    memset(told, 0, VG_QUARANTINE_ENTRY_BYTES);
    told[WORD(VG_QUARANTINE_ENTRY_ID)] = process->id;
    told[WORD(VG_QUARANTINE_ENTRY_FAMILY)] = suspect->family;
    told[WORD(VG_QUARANTINE_ENTRY_SLOT)] =
        AS(VG_QUARANTINE_ENTRY_SLOT, number) | AS(VG_QUARANTINE_ENTRY_BY, suspect->by) |
        AS(VG_QUARANTINE_ENTRY_HELD, suspect->held) | AS(VG_QUARANTINE_ENTRY_WEIGHED, suspect->weighed) |
        AS(VG_QUARANTINE_ENTRY_TIMES, suspect->times);
    if (suspect->weighed) {
        VG_PUT(told, VG_QUARANTINE_ENTRY_SCORE, suspect->score);
        VG_PUT(told, VG_QUARANTINE_ENTRY_EVIDENCE, suspect->found);
    }
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
    for (uint32_t entry = 0; entry < PROCESSES; entry++)
        if (quarantine_frozen >> entry & 1)
            describe(payload + VG_FRAME_QUARANTINE_ENTRIES_WORDS + VG_QUARANTINE_ENTRY_WORDS * count++, entry);
    payload[0] = AS(VG_FRAME_QUARANTINE_ENTRIES_COUNT, count) | AS(VG_FRAME_QUARANTINE_ENTRIES_HOLD, quarantine.hold);
    payload[WORD(VG_FRAME_QUARANTINE_ENTRIES_RESUMED)] = quarantine.resumed;
    payload[WORD(VG_FRAME_QUARANTINE_ENTRIES_PURGED)] = quarantine.purged;
    payload[WORD(VG_FRAME_QUARANTINE_ENTRIES_DECIDED)] = quarantine.decided;
    send_close(VG_FRAME_QUARANTINE_ENTRIES_BYTES + count * VG_QUARANTINE_ENTRY_BYTES);
    return OUTCOME_DONE;
}

enum outcome quarantine_read(const struct frame *frame)
{
    uint32_t entry = entry_of(VG_GET(frame->payload, VG_FRAME_QUARANTINE_READ_PROCESS));
    uint32_t part = VG_GET(frame->payload, VG_FRAME_QUARANTINE_READ_PART);
    uint32_t offset = VG_GET(frame->payload, VG_FRAME_QUARANTINE_READ_OFFSET);
    if (entry == NOBODY || !(quarantine_frozen >> entry & 1))
        return operator_answer(entry == NOBODY ? -ESRCH : -EINVAL);
    const struct process *process = &processes[entry];
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
