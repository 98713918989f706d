/* Events in, records out.
 *
 * An event is offered only when its record has room in the send ring (and its state, where it spills one), so that
 * nothing is lost however slow the host is.  In mode ALL every record is sent, packed many to a frame.  In mode
 * AGGREGATE those are whose verdict is not ALLOW, in either mode of their profile, and those of faults and spills;
 * other calls are counted by slot, life and call. */
#include "operator.h"

#define RECORDS_MAX 40  /* in a frame */
#define EVENTS_A_STEP 32
#define VERDICTS_LOGGED 4 /* a second */
#define REPEATS 4
#define CALLS_A_DRAIN 28  /* calls of the board's own processes: fewer than make half of the places for records */

#define HARSH (BITS(VG_RECORD_VERDICT) | BITS(VG_RECORD_PROPOSED)) /* not ALLOW, in either mode of the profile */
#define REMARKABLE (HARSH | BITS(VG_RECORD_FAULT) | BITS(VG_RECORD_KIND)) /* or of no call */
#define ALWAYS_INLINE inline __attribute__((always_inline))
#define RECORDS_BYTES (VG_FRAME_RECORD_BYTES + RECORDS_MAX * VG_RECORD_BYTES)
#define STATE_BYTES (VG_FRAME_STATE_BYTES + VG_STATE_ENTRY_BYTES + VG_STATE_BYTES)

enum whose { HOSTS = 1, VECTORS = 2 };

static struct {
    uint32_t epoch;
    uint32_t mode;
    uint32_t cursor, left; /* in the frame of events in front: its next word, and events left; 0: not begun */
    bool offered;          /* the event at the cursor has been offered */
    bool full;             /* the counts have to be sent before another event */
    uint32_t *records;     /* payload of the frame that gathers records, or NULL */
    uint32_t gathered;
    bool patient;          /* all of them may wait until: */
    uint64_t sent_by;
    uint32_t events, event_cycles, sent, shed;
    uint32_t log_second, logged, not_logged;
    uint32_t calls;        /* of the board's own processes since records were last taken */
    uint32_t asked[4];     /* the first words of the last event offered that may change a slot */
    uint8_t trees[VG_SLOTS];
    uint8_t alive[VG_SLOTS]; /* processes of enum whose */
    uint32_t lives[VG_SLOTS];
} screen;

bool screen_each;

/* Choose what is told of calls that are allowed. */
static void set_mode(uint32_t mode)
{
    screen.mode = mode;
    screen_each = mode == VG_RECORD_MODE_ALL;
    board_counting(SCREENED && !screen_each);
}

ONCE void screen_start(void)
{
    memset(&screen, 0, sizeof screen);
    counts_start();
    set_mode(VG_RECORD_MODE_AGGREGATE);
}

/* Take note of a record; return whether no event of this kind asked for it: a vaccine has expired, or was born. */
static bool unasked(const uint32_t *record, uint32_t kind)
{
    uint32_t made = PART(record[0], VG_RECORD_KIND);
    if (made < VG_KIND_VACCINATE)
        return false;
    vaccines_take(record);
    return made != kind || PART(PART(record[1], VG_RECORD_SPARE1), VG_OUTCOME_BORN);
}

/* Follow which processes of the host's or the vectors' are in which slots, and which trees those belong to. */
static RARE void follow_slots(const uint32_t *event, uint32_t word, enum whose whose)
{
    uint32_t kind = PART(word, VG_RECORD_KIND), slot = PART(word, VG_RECORD_SLOT);
    if (kind == VG_KIND_CALL || word & BITS(VG_RECORD_FAULT))
        return;
    if (kind == VG_KIND_CLEAR || kind == VG_KIND_RESTORE) {
        screen.trees[slot] = (uint8_t)PART(event[0], VG_EVENT_ID);
        screen.lives[slot] = event[1];
        screen.alive[slot] = whose;
    } else if (kind == VG_KIND_FORK && event[2] < VG_SLOTS) {
        screen.trees[event[2]] = screen.trees[slot];
        screen.lives[event[2]] = event[3];
        screen.alive[event[2]] = whose;
    } else if (kind == VG_KIND_EXIT || kind == VG_KIND_SPILL) {
        screen.alive[slot] = 0;
    }
}

/* End the processes that have been left in their slots. */
static RARE void free_slots(uint32_t whose)
{
    for (uint32_t slot = 0; slot < VG_SLOTS; slot++) {
        uint32_t event[VG_EVENT_WORDS] = {0}, record[VG_RECORD_WORDS];
        if (!(screen.alive[slot] & whose))
            continue;
        screen.alive[slot] = 0;
        VG_PUT(event, VG_EVENT_KIND, VG_KIND_EXIT);
        VG_PUT(event, VG_EVENT_SLOT, slot);
        VG_PUT(event, VG_EVENT_SOURCE, 1);
        event[1] = screen.lives[slot];
        event[2] = UINT32_MAX; /* no heir */
        screen_own(event, VG_EVENT_WORDS, record);
    }
}

/* Drop what belonged to another session. */
static void keep_epoch(void)
{
    if (screen.epoch == link_epoch())
        return;
    screen.epoch = link_epoch();
    set_mode(VG_RECORD_MODE_AGGREGATE);
    screen.cursor = 0;
    uint32_t record[VG_RECORD_WORDS];
    while (screen.offered && board_record(record)) {
        screen.offered = unasked(record, VG_KIND_CALL);
        if (!screen.offered)
            follow_slots(screen.asked, record[0], HOSTS);
    }
    screen.offered = false;
    screen.shed += screen.gathered;
    screen.records = NULL;
    screen.gathered = 0;
    screen.shed += counts_drop();
    screen.full = false;
    free_slots(HOSTS | VECTORS);
}

/* --- records ------------------------------------------------------------------------------------------------- */

bool screen_close(void)
{
    keep_epoch();
    if (!screen.records)
        return false;
    bool any = screen.gathered != 0;
    screen.records[0] = screen.gathered;
    send_close(any ? VG_FRAME_RECORD_BYTES + screen.gathered * VG_RECORD_BYTES : 0);
    screen.sent += screen.gathered;
    screen.records = NULL;
    screen.gathered = 0;
    screen.patient = false;
    return any;
}

bool screen_close_due(void)
{
    return !(screen.patient && screen.gathered < RECORDS_MAX && clock_now() < screen.sent_by) && screen_close();
}

/* Have a frame open with room for a record. */
static bool records_ready(void)
{
    if (screen.records && screen.gathered < RECORDS_MAX)
        return true;
    screen_close();
    screen.records = send_open(VG_FRAME_TYPE_RECORD, RECORDS_BYTES);
    return screen.records != NULL;
}

static uint32_t *next_record(void)
{
    return screen.records + VG_FRAME_RECORD_WORDS + screen.gathered * VG_RECORD_WORDS;
}

static RARE void log_verdict(const uint32_t *record)
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
    log_line("%s%s: slot %u, life %x, call %u, score %u, fault %u, record %u%s",
             verdict < sizeof names / sizeof names[0] ? names[verdict] : "?", answered ? "" : " (monitor)",
             (unsigned)PART(record[0], VG_RECORD_SLOT),
             (unsigned)record[4], (unsigned)PART(record[1], VG_RECORD_ID),
             (unsigned)PART(record[3], VG_RECORD_SCORE),
             (unsigned)PART(record[0], VG_RECORD_FAULT), (unsigned)record[5],
             record[0] & BITS(VG_RECORD_VACCINATED) ? ", vaccinated" : "");
}

/* Send the counts, if there is room. */
static bool send_counts(void)
{
    screen_close();
    if (!counts_send())
        return false;
    screen.full = false;
    return true;
}

/* --- events -------------------------------------------------------------------------------------------------- */

/* Return whether a record's verdict is DECOY, and one of the last that were gathered says the same.  Whoever sees decoys
 * is not to feel that this is told: such records wait as long as counts do, and one that says again what waits is
 * counted. */
static __attribute__((noinline)) bool decoyed_again(const uint32_t *record)
{
    const uint32_t *other = next_record();
    if (PART(record[0], VG_RECORD_VERDICT) != VG_VERDICT_DECOY || screen.mode != VG_RECORD_MODE_AGGREGATE)
        return false;
    for (uint32_t back = screen.gathered < REPEATS ? screen.gathered : REPEATS; back; back--) {
        other -= VG_RECORD_WORDS;
        if (record[0] == other[0] && record[1] == other[1] && record[4] == other[4] &&
            !((record[3] ^ other[3]) & BITS(VG_RECORD_NODE))) {
            screen.not_logged++;
            return true;
        }
    }
    return false;
}

/* Decide about a record of which something is remarkable; true if it is to be sent. */
static RARE bool remarkable(const uint32_t *record)
{
    uint32_t word = record[0], kind = PART(word, VG_RECORD_KIND);
    bool harsh = word & HARSH, decoy = PART(word, VG_RECORD_VERDICT) == VG_VERDICT_DECOY &&
                                       !(word & BITS(VG_RECORD_FAULT)) && screen.mode == VG_RECORD_MODE_AGGREGATE;
    if (decoyed_again(record)) {
        screen.full = counts_add(record);
        return false;
    }
    if (harsh)
        log_verdict(record);
    if (decoy && !screen.gathered)
        screen.sent_by = clock_now() + clock_cycles(VG_LINK_BATCH_MS);
    screen.patient = decoy && (screen.patient || !screen.gathered);
    return screen.mode == VG_RECORD_MODE_ALL || harsh || word & BITS(VG_RECORD_FAULT) || kind == VG_KIND_SPILL ||
           kind == VG_KIND_REVOKE || PART(PART(record[1], VG_RECORD_SPARE1), VG_OUTCOME_BORN);
}

/* Decide about the record that has been put behind those gathered; return its first word. */
static ALWAYS_INLINE uint32_t take_record(const uint32_t *record)
{
    uint32_t word = record[0];
    if (word & REMARKABLE)
        screen.gathered += remarkable(record);
    else if (screen.mode == VG_RECORD_MODE_ALL)
        screen.gathered++;
    else
        screen.full = counts_add(record);
    return word;
}

static void send_state(const uint32_t *record)
{
    uint32_t slot = PART(record[0], VG_RECORD_SLOT), generation = record[4];
    screen_close();
    uint32_t *payload = send_open(VG_FRAME_TYPE_STATE, STATE_BYTES);
    if (!payload || !board_state(payload + VG_FRAME_STATE_WORDS + VG_STATE_ENTRY_WORDS)) {
        log_line("the state of slot %u did not come", (unsigned)slot);
        send_close(0);
        return;
    }
    memset(payload, 0, VG_FRAME_STATE_BYTES + VG_STATE_ENTRY_BYTES);
    VG_PUT(payload, VG_FRAME_STATE_COUNT, 1);
    VG_PUT(payload + VG_FRAME_STATE_WORDS, VG_STATE_ENTRY_SLOT, slot);
    VG_PUT(payload + VG_FRAME_STATE_WORDS, VG_STATE_ENTRY_TREE, screen.trees[slot]);
    VG_PUT(payload + VG_FRAME_STATE_WORDS, VG_STATE_ENTRY_GENERATION, generation);
    send_close(STATE_BYTES);
}

/* Screen the event at the cursor, of so many words with its paths.  False: there is no room for all its records;
 * what was begun is gone on with the next time. */
static __attribute__((noinline)) bool screen_one(const uint32_t *event, uint32_t words)
{
    uint32_t kind = PART(event[0], VG_EVENT_KIND);
    uint32_t *record, word = 0;
    if (kind == VG_KIND_SPILL && !screen.offered) {
        screen_close();
        if (!send_room(2 * RECORDS_BYTES + STATE_BYTES + 2 * cost_of(0)))
            return false;
    }
    do {
        if (!records_ready())
            return false;
        record = next_record();
        enum answer answer = ANSWER_RECORD;
        if (!screen.offered)
            answer = board_screen(event, words - VG_EVENT_WORDS, record);
        else if (!board_record(record))
            answer = ANSWER_NONE;
        if (answer == ANSWER_FULL)
            return false;
        screen.offered = true;
        memcpy(screen.asked, event, sizeof screen.asked);
        if (answer == ANSWER_NONE) {
            log_line("the pipeline gave no record");
            break;
        }
        word = take_record(record);
    } while (unasked(record, kind));
    screen.offered = false;
    if (kind == VG_KIND_CALL || word & BITS(VG_RECORD_FAULT))
        return true;
    follow_slots(event, word, HOSTS);
    if (kind == VG_KIND_SPILL)
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
    return send_room(ANSWER_BYTES) ? serve_refuse(frame, reason, text) : OUTCOME_WAIT;
}

/* Check a frame of events before the first of them is screened. */
static enum outcome check_events(const struct frame *frame)
{
    const uint32_t *payload = frame->payload;
    uint32_t words = frame->bytes / 4, place = VG_FRAME_EVENT_WORDS;
    uint32_t count = PART(payload[0], VG_FRAME_EVENT_COUNT);
    for (uint32_t event = 0; event < count; event++) {
        uint32_t left = words - place, extent = left < VG_EVENT_WORDS ? 0 : VG_EVENT_WORDS;
        if (extent && payload[place] & BITS(VG_EVENT_PATHS))
            extent = screen_extent(payload + place, left);
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
    const uint32_t *event = frame->payload + screen.cursor, *end = frame->payload + frame->bytes / 4;
    uint32_t most = screen.left < EVENTS_A_STEP ? screen.left : EVENTS_A_STEP;
    while (done < most) {
        uint32_t words = VG_EVENT_WORDS, head = event[0];
        if (screen.full && !send_counts())
            break;
        if (!(head & (BITS(VG_EVENT_KIND) | BITS(VG_EVENT_PATHS))) && screen.records &&
            screen.gathered < RECORDS_MAX && !screen.offered) { /* nearly every event */
            uint32_t *record = next_record();
            enum answer answer = board_screen(event, 0, record);
            if (answer == ANSWER_RECORD) {
                take_record(record);
                if (!unasked(record, VG_KIND_CALL)) {
                    event += words;
                    done++;
                    continue;
                }
            }
            if (answer == ANSWER_FULL)
                break;
            screen.offered = true;
        }
        if (head & BITS(VG_EVENT_PATHS))
            words = screen_extent(event, (uint32_t)(end - event));
        if (!screen_one(event, words))
            break;
        event += words;
        done++;
    }
    screen.cursor = (uint32_t)(event - frame->payload);
    screen.left -= done;
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

/* A record came that the event did not ask for: have the host see it. */
static RARE void pass_on(const uint32_t *record)
{
    kernel_stir();
    if (records_ready()) {
        memcpy(next_record(), record, VG_RECORD_BYTES);
        take_record(next_record());
    } else {
        screen.shed++;
    }
}

/* Where each event leaves a record, there has to be room for one. */
static RARE bool follow_recorded(uint32_t head, uint32_t generation, uint32_t a0, uint32_t a1)
{
    if (screen_drain())
        kernel_stir();
    return board_follow(head, generation, a0, a1);
}

/* Return whether the security task has something to do; `timed`: counts waited for their batch's time before. */
static bool news(bool timed)
{
    return screen.full || (screen.gathered && !screen.patient) || timed != counts_timed;
}

bool screen_follow(uint32_t head, uint32_t generation, uint32_t a0, uint32_t a1)
{
    return screen_each ? follow_recorded(head, generation, a0, a1) : board_follow(head, generation, a0, a1);
}

bool screen_own(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS])
{
    enum answer answer = board_screen(event, words - VG_EVENT_WORDS, record);
    while (answer == ANSWER_RECORD && unasked(record, PART(event[0], VG_EVENT_KIND))) {
        pass_on(record);
        answer = board_record(record) ? ANSWER_RECORD : ANSWER_NONE;
    }
    if (answer != ANSWER_RECORD)
        memset(record, 0xFF, VG_RECORD_BYTES);
    return answer != ANSWER_FULL;
}

bool screen_vector(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS])
{
    if (!screen_own(event, words, record))
        return false;
    follow_slots(event, record[0], VECTORS);
    return true;
}

void screen_end_vectors(void)
{
    keep_epoch();
    free_slots(VECTORS);
}

bool screen_call(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS])
{
    if (!screen_own(event, words, record))
        return false;
    bool timed = counts_timed;
    if (!records_ready()) {
        screen.shed++;
        return true;
    }
    take_record(memcpy(next_record(), record, VG_RECORD_BYTES));
    if (news(timed))
        kernel_stir();
    return true;
}

enum outcome screen_mode(const struct frame *frame)
{
    uint32_t mode = PART(frame->payload[0], VG_FRAME_RECORD_MODE_MODE);
    if (mode != VG_RECORD_MODE_AGGREGATE && mode != VG_RECORD_MODE_ALL)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "the mode is AGGREGATE or ALL");
    while (counts_any())
        if (!send_counts())
            return OUTCOME_WAIT;
    set_mode(mode);
    return OUTCOME_DONE;
}

bool screen_settled(void)
{
    return !screen.offered;
}

static bool records_wait(void)
{
    return !screen.offered && VG_FIELD(board_pipeline_status(), VG_COPROCESSOR_STATUS_RECORD_VALID);
}

bool screen_waits(void)
{
    return records_wait() || screen_untimed();
}

/* Tell of a record of the board's own, as far as somebody listens. */
static __attribute__((noinline)) void tell(const uint32_t *record)
{
    unasked(record, VG_KIND_CALL);
    if (link_session() && records_ready()) {
        take_record(memcpy(next_record(), record, VG_RECORD_BYTES));
        return;
    }
    screen.shed++;
    if (record[0] & HARSH)
        log_verdict(record);
}

static __attribute__((noinline)) bool drain(void)
{
    uint32_t record[VG_RECORD_WORDS];
    keep_epoch();
    bool timed = counts_timed, counted = screen.mode == VG_RECORD_MODE_AGGREGATE && link_session();
    for (screen.calls = 0; board_waiting(record);) {
        scores_take(record);
        if (counted && (!(record[0] & REMARKABLE) || decoyed_again(record)) && (!screen.full || send_counts()))
            screen.full = counts_add(record);
        else
            tell(record);
    }
    return news(timed);
}

bool screen_drain(void)
{
    return SCREENED && records_wait() && drain();
}

bool screen_called_each(void)
{
    return SCREENED && ++screen.calls >= CALLS_A_DRAIN && screen_drain();
}

bool screen_step(void)
{
    keep_epoch();
    if (clock_now() < counts_alarm())
        return false;
    if (link_session())
        return send_counts(); /* for which events may have waited */
    screen.shed += counts_drop();
    return true;
}

uint64_t screen_alarm(void)
{
    uint64_t alarm = counts_alarm();
    if (screen.patient)
        alarm = earlier(alarm, screen.sent_by);
    return alarm > clock_now() ? alarm : clock_soon();
}

void screen_report(uint32_t *status)
{
    VG_PUT(status, VG_FRAME_STATUS_MODE, screen.mode);
    VG_PUT(status, VG_FRAME_STATUS_EVENTS, screen.events);
    VG_PUT(status, VG_FRAME_STATUS_EVENT_CYCLES, screen.event_cycles);
    VG_PUT(status, VG_FRAME_STATUS_RECORDS, screen.sent);
    VG_PUT(status, VG_FRAME_STATUS_COUNTED, counts_sent());
    VG_PUT(status, VG_FRAME_STATUS_SHED_RECORDS, screen.shed + board_pipeline_shed());
}
