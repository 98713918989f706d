/* Events in, records out.
 *
 * An event is offered only when its record has room in the send ring (and its state, where it spills one), so that
 * nothing is lost however slow the host is.  In mode ALL every record is sent, packed many to a frame.  In mode
 * AGGREGATE those are whose verdict is not ALLOW, in either mode of their profile, and those of faults and spills;
 * other calls are counted by slot, life and call. */
#include "kernel.h"

#define RECORDS_MAX 40  /* in a frame */
#define EVENTS_A_STEP 16
#define ENTRIES 256 /* a power of two */
#define ENTRIES_FULL 192
#define VERDICTS_LOGGED 4 /* a second */

#define BITS(FIELD) ((((uint32_t)1 << FIELD##_WIDTH) - 1) << FIELD##_OFFSET % 32)
#define PART(word, FIELD) ((word) >> FIELD##_OFFSET % 32 & (((uint32_t)1 << FIELD##_WIDTH) - 1))
#define RECORDS_BYTES (VG_FRAME_RECORD_BYTES + RECORDS_MAX * VG_RECORD_BYTES)
#define STATE_BYTES (VG_FRAME_STATE_BYTES + VG_STATE_ENTRY_BYTES + VG_STATE_BYTES)

static struct {
    uint32_t epoch;
    uint32_t mode;
    uint32_t cursor, left; /* in the frame of events in front: its next word, and events left; 0: not begun */
    bool offered;          /* the event at the cursor has been offered */
    uint32_t *records;     /* payload of the frame that gathers records, or NULL */
    uint32_t gathered;
    uint32_t entries, from_sequence, to_sequence;
    uint64_t batch_at;
    uint32_t events, event_cycles, sent, counted, shed;
    uint32_t log_second, logged, not_logged;
    uint32_t asked[4];     /* the first words of the event offered last */
    uint8_t trees[VG_SLOTS];
    bool alive[VG_SLOTS];  /* the host's processes */
    uint32_t lives[VG_SLOTS];
} screen;

static struct entry {
    uint32_t key; /* an AGGREGATE_ENTRY; a count of 0 is a free place */
    uint32_t generation;
} entries[ENTRIES];
_Static_assert(sizeof(struct entry) == VG_AGGREGATE_ENTRY_BYTES, "entries are as they are sent");
#define KEY_ONE ((uint32_t)1 << VG_AGGREGATE_ENTRY_COUNT_OFFSET)

void screen_start(void)
{
    memset(&screen, 0, sizeof screen);
    memset(entries, 0, sizeof entries);
}

/* A record that no event asked for: a vaccine has expired. */
static bool unasked(const uint32_t *record, uint32_t kind)
{
    return PART(record[0], VG_RECORD_KIND) == VG_KIND_REVOKE && kind != VG_KIND_REVOKE;
}

/* Follow which of the host's processes are in which slots, and which trees those belong to. */
static void follow_slots(const uint32_t *event, const uint32_t *record)
{
    uint32_t kind = PART(record[0], VG_RECORD_KIND), slot = PART(record[0], VG_RECORD_SLOT);
    if (kind == VG_KIND_CALL || record[0] & BITS(VG_RECORD_FAULT))
        return;
    if (kind == VG_KIND_CLEAR || kind == VG_KIND_RESTORE) {
        screen.trees[slot] = (uint8_t)PART(event[0], VG_EVENT_ID);
        screen.lives[slot] = event[1];
        screen.alive[slot] = true;
    } else if (kind == VG_KIND_FORK && event[2] < VG_SLOTS) {
        screen.trees[event[2]] = screen.trees[slot];
        screen.lives[event[2]] = event[3];
        screen.alive[event[2]] = true;
    } else if (kind == VG_KIND_EXIT || kind == VG_KIND_SPILL) {
        screen.alive[slot] = false;
    }
}

/* End the processes that the host of the session before has left in their slots. */
static void free_slots(void)
{
    uint32_t record[VG_RECORD_WORDS];
    for (uint32_t slot = 0; slot < VG_SLOTS; slot++) {
        uint32_t event[VG_EVENT_WORDS] = {0};
        if (!screen.alive[slot])
            continue;
        screen.alive[slot] = false;
        VG_PUT(event, VG_EVENT_KIND, VG_KIND_EXIT);
        VG_PUT(event, VG_EVENT_SLOT, slot);
        VG_PUT(event, VG_EVENT_SOURCE, 1);
        event[1] = screen.lives[slot];
        event[2] = UINT32_MAX; /* no heir */
        if (!board_event(event, 0))
            return;
        while (board_record(record) && unasked(record, VG_KIND_EXIT))
            screen.shed++;
    }
}

/* Drop what belonged to another session. */
static void keep_epoch(void)
{
    if (screen.epoch == link_epoch())
        return;
    screen.epoch = link_epoch();
    screen.mode = VG_RECORD_MODE_AGGREGATE;
    screen.cursor = 0;
    uint32_t record[VG_RECORD_WORDS];
    while (screen.offered && board_record(record)) {
        screen.offered = unasked(record, VG_KIND_CALL);
        if (!screen.offered)
            follow_slots(screen.asked, record);
    }
    screen.offered = false;
    free_slots();
    screen.shed += screen.gathered;
    screen.records = NULL;
    screen.gathered = 0;
    for (uint32_t place = 0; screen.entries && place < ENTRIES; place++)
        screen.shed += entries[place].key >> VG_AGGREGATE_ENTRY_COUNT_OFFSET;
    memset(entries, 0, sizeof entries);
    screen.entries = 0;
}

/* --- records ---------------------------------------------------------------------------------------------------- */

bool screen_close(void)
{
    keep_epoch();
    if (!screen.records)
        return false;
    bool any = screen.gathered != 0;
    screen.records[0] = screen.gathered;
    link_close(any ? VG_FRAME_RECORD_BYTES + screen.gathered * VG_RECORD_BYTES : 0);
    screen.sent += screen.gathered;
    screen.records = NULL;
    screen.gathered = 0;
    return any;
}

/* Have a frame open with room for a record. */
static bool records_ready(void)
{
    if (screen.records && screen.gathered < RECORDS_MAX)
        return true;
    screen_close();
    screen.records = link_open(VG_FRAME_TYPE_RECORD, RECORDS_BYTES);
    return screen.records != NULL;
}

static uint32_t *next_record(void)
{
    return screen.records + VG_FRAME_RECORD_WORDS + screen.gathered * VG_RECORD_WORDS;
}

static void log_verdict(const uint32_t *record)
{
    if (screen.log_second != clock_seconds()) {
        screen.log_second = clock_seconds();
        if (screen.not_logged)
            log_line("and %u more verdicts", (unsigned)screen.not_logged);
        screen.logged = screen.not_logged = 0;
    }
    if (screen.logged++ >= VERDICTS_LOGGED) {
        screen.not_logged++;
        return;
    }
    static const char *const names[] = {
        [VG_VERDICT_ALLOW] = "allow", [VG_VERDICT_DECOY] = "decoy", [VG_VERDICT_CLONE] = "clone",
        [VG_VERDICT_QUARANTINE] = "quarantine", [VG_VERDICT_DENY] = "deny", [VG_VERDICT_KILL] = "kill",
    };
    uint32_t answered = PART(record[0], VG_RECORD_VERDICT);
    uint32_t verdict = answered ? answered : PART(record[0], VG_RECORD_PROPOSED);
    log_line("%s%s: slot %u, life %x, call %u, score %u, fault %u, record %u",
             verdict < sizeof names / sizeof names[0] ? names[verdict] : "?", answered ? "" : " (monitor)",
             (unsigned)PART(record[0], VG_RECORD_SLOT),
             (unsigned)record[4], (unsigned)PART(record[1], VG_RECORD_ID), (unsigned)PART(record[3], VG_RECORD_SCORE),
             (unsigned)PART(record[0], VG_RECORD_FAULT), (unsigned)record[5]);
}

/* --- counts ----------------------------------------------------------------------------------------------------- */

/* Send the counts, if there is room. */
static bool send_counts(void)
{
    screen_close();
    uint32_t *payload = link_open(VG_FRAME_TYPE_AGGREGATE, VG_FRAME_AGGREGATE_BYTES + screen.entries * VG_AGGREGATE_ENTRY_BYTES);
    if (!payload)
        return false;
    uint32_t *into = payload + VG_FRAME_AGGREGATE_WORDS;
    for (uint32_t place = 0; place < ENTRIES; place++) {
        if (!(entries[place].key >> VG_AGGREGATE_ENTRY_COUNT_OFFSET))
            continue;
        screen.counted += entries[place].key >> VG_AGGREGATE_ENTRY_COUNT_OFFSET;
        *into++ = entries[place].key;
        *into++ = entries[place].generation;
    }
    VG_PUT(payload, VG_FRAME_AGGREGATE_FROM_SEQUENCE, screen.from_sequence);
    VG_PUT(payload, VG_FRAME_AGGREGATE_TO_SEQUENCE, screen.to_sequence);
    link_close(4 * (uint32_t)(into - payload));
    memset(entries, 0, sizeof entries);
    screen.entries = 0;
    return true;
}

/* Count a call.  A table that is full, of entries or in an entry, shows in `entries`. */
static void count_call(const uint32_t *record)
{
    uint32_t key = PART(record[0], VG_RECORD_SLOT) << VG_AGGREGATE_ENTRY_SLOT_OFFSET |
                   PART(record[1], VG_RECORD_ID) << VG_AGGREGATE_ENTRY_ID_OFFSET;
    uint32_t generation = record[4];
    uint32_t place = (key * 0x9E3779B1u ^ generation * 0x85EBCA6Bu) >> 24 & (ENTRIES - 1);
    struct entry *entry = &entries[place];
    while (entry->key && (((entry->key ^ key) & (KEY_ONE - 1)) || entry->generation != generation)) {
        place = (place + 1) & (ENTRIES - 1);
        entry = &entries[place];
    }
    if (!screen.entries) {
        screen.from_sequence = record[5];
        screen.batch_at = clock_now() + clock_cycles(VG_LINK_BATCH_MS);
    }
    if (!entry->key) {
        entry->key = key;
        entry->generation = generation;
        screen.entries++;
    }
    entry->key += KEY_ONE;
    if (entry->key >= 0u - KEY_ONE)
        screen.entries = ENTRIES_FULL; /* one more would overflow */
    screen.to_sequence = record[5] + 1;
}

/* --- events ------------------------------------------------------------------------------------------------------ */

/* Decide about the record that has been put behind those gathered. */
static void take_record(const uint32_t *record)
{
    uint32_t word = record[0];
    bool harsh = word & (BITS(VG_RECORD_VERDICT) | BITS(VG_RECORD_PROPOSED));
    if (harsh)
        log_verdict(record);
    if (screen.mode == VG_RECORD_MODE_ALL || harsh || word & BITS(VG_RECORD_FAULT))
        screen.gathered++;
    else if (PART(word, VG_RECORD_KIND) == VG_KIND_CALL)
        count_call(record);
    else if (PART(word, VG_RECORD_KIND) == VG_KIND_SPILL || PART(word, VG_RECORD_KIND) == VG_KIND_REVOKE)
        screen.gathered++;
}

static void send_state(const uint32_t *record)
{
    uint32_t slot = PART(record[0], VG_RECORD_SLOT), generation = record[4];
    screen_close();
    uint32_t *payload = link_open(VG_FRAME_TYPE_STATE, STATE_BYTES);
    if (!payload || !board_state(payload + VG_FRAME_STATE_WORDS + VG_STATE_ENTRY_WORDS)) {
        log_line("the state of slot %u did not come", (unsigned)slot);
        link_close(0);
        return;
    }
    memset(payload, 0, VG_FRAME_STATE_BYTES + VG_STATE_ENTRY_BYTES);
    VG_PUT(payload, VG_FRAME_STATE_COUNT, 1);
    VG_PUT(payload + VG_FRAME_STATE_WORDS, VG_STATE_ENTRY_SLOT, slot);
    VG_PUT(payload + VG_FRAME_STATE_WORDS, VG_STATE_ENTRY_TREE, screen.trees[slot]);
    VG_PUT(payload + VG_FRAME_STATE_WORDS, VG_STATE_ENTRY_GENERATION, generation);
    link_close(STATE_BYTES);
}

/* Take the records up to that of the event offered; false if there is no room yet for one. */
static bool collect(const uint32_t *event)
{
    uint32_t kind = PART(event[0], VG_EVENT_KIND);
    uint32_t *record;
    do {
        if (!records_ready())
            return false;
        record = next_record();
        if (!board_record(record)) {
            log_line("the pipeline gave no record");
            return true;
        }
        take_record(record);
    } while (unasked(record, kind));
    follow_slots(event, record);
    if (kind == VG_KIND_SPILL && !(record[0] & BITS(VG_RECORD_FAULT)))
        send_state(record);
    return true;
}

uint32_t screen_extent(const uint32_t *event, uint32_t left)
{
    uint32_t words = VG_EVENT_WORDS;
    if (left < words)
        return 0;
    for (uint32_t paths = PART(event[0], VG_EVENT_PATHS); paths; paths--) {
        if (words == left)
            return 0;
        words += VG_PATH_HEAD_WORDS + words_of(PART(event[words], VG_PATH_HEAD_LENGTH));
        if (words > left)
            return 0;
    }
    return words;
}

static enum outcome refuse(const struct frame *frame, enum vg_refusal reason, const char *text)
{
    screen_close();
    return link_room(ANSWER_BYTES) ? serve_refuse(frame, reason, text) : OUTCOME_WAIT;
}

/* Check a frame of events before the first of them is screened. */
static enum outcome check_events(const struct frame *frame)
{
    const uint32_t *payload = frame->payload;
    uint32_t words = frame->bytes / 4, place = VG_FRAME_EVENT_WORDS;
    uint32_t count = PART(payload[0], VG_FRAME_EVENT_COUNT);
    for (uint32_t event = 0; event < count; event++) {
        uint32_t extent = screen_extent(payload + place, words - place);
        if (extent == 0)
            return refuse(frame, VG_REFUSAL_LENGTH, "an event or its paths go beyond the frame's end");
        if (PART(payload[place], VG_EVENT_KIND) == VG_KIND_SWAP)
            return refuse(frame, VG_REFUSAL_KIND, "a model is put in force by MODEL_END, not by SWAP");
        if (!PART(payload[place], VG_EVENT_SOURCE))
            return refuse(frame, VG_REFUSAL_KIND, "an event of the host's has source 1");
        place += extent;
    }
    if (count == 0 || place != words)
        return refuse(frame, VG_REFUSAL_LENGTH, "the events are not as many as the frame says");
    if (!model_fit())
        return refuse(frame, VG_REFUSAL_ORDER, "the model in force failed its test: push another one");
    screen.cursor = VG_FRAME_EVENT_WORDS;
    screen.left = count;
    return OUTCOME_MORE;
}

enum outcome screen_events(const struct frame *frame)
{
    uint32_t begun = board_cycles(), done = 0;
    keep_epoch();
    if (!screen.cursor) {
        enum outcome outcome = check_events(frame);
        if (outcome != OUTCOME_MORE)
            return outcome;
    }
    while (screen.left && done < EVENTS_A_STEP) {
        const uint32_t *event = frame->payload + screen.cursor;
        if (screen.entries >= ENTRIES_FULL && !send_counts())
            break;
        if (PART(event[0], VG_EVENT_KIND) == VG_KIND_SPILL && !screen.offered) {
            screen_close();
            if (!link_room(2 * RECORDS_BYTES + STATE_BYTES + 2 * cost_of(0)))
                break;
        }
        if (!records_ready())
            break;
        uint32_t words = screen_extent(event, frame->bytes / 4 - screen.cursor);
        if (!screen.offered)
            screen.offered = board_event(event, words - VG_EVENT_WORDS);
        if (!screen.offered)
            break;
        memcpy(screen.asked, event, sizeof screen.asked);
        if (!collect(event))
            break;
        screen.offered = false;
        screen.cursor += words;
        screen.left--;
        done++;
    }
    if (screen.mode == VG_RECORD_MODE_AGGREGATE)
        screen_close();
    if (done == 0)
        return OUTCOME_WAIT;
    screen.events += done;
    screen.event_cycles += board_cycles() - begun;
    if (screen.left)
        return OUTCOME_MORE;
    screen.cursor = 0;
    return OUTCOME_DONE;
}

bool screen_own(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS])
{
    if (!board_event(event, words - VG_EVENT_WORDS))
        return false;
    memset(record, 0xFF, VG_RECORD_BYTES);
    while (board_record(record) && unasked(record, PART(event[0], VG_EVENT_KIND))) {
        if (!records_ready()) {
            screen.shed++;
            continue;
        }
        memcpy(next_record(), record, VG_RECORD_BYTES);
        take_record(record);
    }
    return true;
}

enum outcome screen_mode(const struct frame *frame)
{
    uint32_t mode = PART(frame->payload[0], VG_FRAME_RECORD_MODE_MODE);
    if (mode != VG_RECORD_MODE_AGGREGATE && mode != VG_RECORD_MODE_ALL)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "the mode is AGGREGATE or ALL");
    if (screen.entries && !send_counts())
        return OUTCOME_WAIT;
    screen.mode = mode;
    return OUTCOME_DONE;
}

bool screen_step(void)
{
    keep_epoch();
    bool worked = false;
    if (VG_FIELD(board_pipeline_status(), VG_COPROCESSOR_STATUS_RECORD_VALID)) {
        uint32_t record[VG_RECORD_WORDS];
        if (link_session() ? records_ready() && board_record(next_record()) : board_record(record)) {
            worked = true;
            if (link_session())
                take_record(next_record());
            else
                screen.shed++;
        }
    }
    if (screen.entries && clock_now() >= screen.batch_at)
        worked |= send_counts();
    return worked;
}

uint64_t screen_alarm(void)
{
    return screen.entries ? screen.batch_at > clock_now() ? screen.batch_at : clock_soon() : NEVER;
}

void screen_report(uint32_t *status)
{
    VG_PUT(status, VG_FRAME_STATUS_MODE, screen.mode);
    VG_PUT(status, VG_FRAME_STATUS_EVENTS, screen.events);
    VG_PUT(status, VG_FRAME_STATUS_EVENT_CYCLES, screen.event_cycles);
    VG_PUT(status, VG_FRAME_STATUS_RECORDS, screen.sent);
    VG_PUT(status, VG_FRAME_STATUS_COUNTED, screen.counted);
    VG_PUT(status, VG_FRAME_STATUS_SHED_RECORDS, screen.shed + board_pipeline_shed());
}
