/* The link: sessions, and numbered frames as they arrive; send.c has the other direction.
 *
 * Two walks go over the receive ring.  The first (`arrived`) looks at each frame as it comes: what is not
 * numbered is obeyed at once, a numbered one in sequence is accepted, any other dropped.  The second (`worked`)
 * comes to the same decisions later, frame by frame, as work gets done, so nothing has to be remembered of a frame
 * but its place.  Where accepted frames wait and the ring fills up behind them, they are moved aside: a frame that
 * is not numbered always finds room.  What is accepted and waits may be more than the ring holds, as long as `arrive`
 * is called before RESERVE_WORDS have come; were it not, frames would be dropped, and come again.
 */
#include "kernel.h"

#define WINDOW_BYTES 8448 /* credit: accepted frames that wait come to no more than this: two of the largest */
#define LARGEST_WORDS (1 + VG_FRAME_HEADER_WORDS + VG_LINK_PAYLOAD_MAX / 4)
#define RESERVE_WORDS (LARGEST_WORDS + 256) /* free words that arrivals are to find: what comes while a step lasts */
#define PLACE_MASK (2 * VG_RING_WORDS - 1)

/* Where what is not numbered stands while it is sent. */
#define ACKS 4
#define ACK_WORDS (VG_FRAME_HEADER_WORDS + VG_FRAME_ACK_WORDS)
#define ABORT_WORDS (VG_FRAME_HEADER_WORDS + VG_FRAME_ABORT_WORDS)
#define HELLO_PLACE 0
#define HELLO_WORDS 24
#define ABORT_PLACE (HELLO_PLACE + HELLO_WORDS)
#define ACK_PLACE (ABORT_PLACE + ABORT_WORDS)
_Static_assert(ACK_PLACE + ACKS * ACK_WORDS <= SEND_SCRATCH_WORDS, "the scratch places fit");
_Static_assert(VG_FRAME_HEADER_BYTES + VG_FRAME_HELLO_BYTES + sizeof FIRMWARE_NAME <= 4 * HELLO_WORDS, "it fits");

static struct {
    bool session;
    uint32_t session_number, epoch;
    uint32_t number[2]; /* the board's */

    /* arriving */
    uint32_t arrived, worked, released; /* places in the receive ring */
    uint16_t expected, work_next;
    uint32_t waiting;                    /* cost of what is accepted and not worked */
    uint32_t aside_begin, aside_end;     /* words of `aside` in use */
    uint32_t unacknowledged;             /* cost of what came since the last ACK */
    bool ack_due, again_due, gap;
    uint16_t gap_seen;                   /* latest number that came behind the gap */
    bool window_was_low;                 /* the last ACK opened a window that may have been shut */
    uint64_t ack_repeat;
    uint32_t repeated;

    /* what is not numbered */
    uint32_t hello_handed, abort_handed, ack_handed[ACKS];
    bool hello_due, hello_answer, abort_due;
} link;

static uint32_t *const aside = board_late;
_Static_assert(WINDOW_BYTES <= BOARD_LATE_BYTES, "a window fits");

/* --- what is not numbered ------------------------------------------------------------------------------------ */

static uint32_t line_rate(void)
{
    uint32_t clock = board_clock(), divider = board_line_divider();
    if (divider == 0)
        return 0;
    return (clock / divider << 8) + ((clock % divider << 8) + divider / 2) / divider;
}

static bool send_hello(void)
{
    if (send_in_hand(link.hello_handed) || board_link_room() == 0)
        return false;
    uint32_t *payload = send_scratch(HELLO_PLACE);
    memset(payload, 0, VG_FRAME_HELLO_BYTES);
    VG_PUT(payload, VG_FRAME_HELLO_MAGIC, VG_LINK_HELLO_MAGIC);
    VG_PUT(payload, VG_FRAME_HELLO_LINK, VG_LINK_VERSION);
    VG_PUT(payload, VG_FRAME_HELLO_LINK_OLDEST, VG_LINK_VERSION);
    VG_PUT(payload, VG_FRAME_HELLO_CONTRACT, VG_CONTRACT_VERSION);
    uint32_t can = 1u << VG_CAPABILITY_RECORDS_ALL | 1u << VG_CAPABILITY_AGGREGATES | 1u << VG_CAPABILITY_SHELL |
                   1u << VG_CAPABILITY_OPERATOR;
    if (VG_FIELD(board_features(), VG_SYSTEM_FEATURES_SIMULATED))
        can |= 1u << VG_CAPABILITY_SIMULATED;
    if (VG_FIELD(board_features(), VG_SYSTEM_FEATURES_CELL))
        can |= 1u << VG_CAPABILITY_CELL;
    VG_PUT(payload, VG_FRAME_HELLO_CAPABILITIES, can);
    VG_PUT(payload, VG_FRAME_HELLO_PAYLOAD_MAX, VG_LINK_PAYLOAD_MAX);
    VG_PUT(payload, VG_FRAME_HELLO_ANSWER, link.hello_answer);
    VG_PUT(payload, VG_FRAME_HELLO_CREDIT, WINDOW_BYTES / VG_LINK_CREDIT_BYTES);
    VG_PUT(payload, VG_FRAME_HELLO_SESSION, link.hello_answer ? link.session_number : 0);
    VG_PUT(payload, VG_FRAME_HELLO_CLOCK, board_clock());
    VG_PUT(payload, VG_FRAME_HELLO_LINE_RATE, line_rate());
    VG_PUT(payload, VG_FRAME_HELLO_BOARD_LOW, link.number[0]);
    VG_PUT(payload, VG_FRAME_HELLO_BOARD_HIGH, link.number[1]);
    memcpy(payload + VG_FRAME_HELLO_WORDS, FIRMWARE_NAME, sizeof FIRMWARE_NAME - 1);
    uint32_t bytes = VG_FRAME_HELLO_BYTES + sizeof FIRMWARE_NAME - 1;
    link.hello_handed = send_aside(HELLO_PLACE, VG_FRAME_TYPE_HELLO, bytes);
    return true;
}

static bool send_abort(void)
{
    if (send_in_hand(link.abort_handed) || board_link_room() == 0)
        return false;
    memset(send_scratch(ABORT_PLACE), 0, VG_FRAME_ABORT_BYTES);
    link.abort_handed = send_aside(ABORT_PLACE, VG_FRAME_TYPE_ABORT, VG_FRAME_ABORT_BYTES);
    return true;
}

static bool send_ack(void)
{
    uint32_t slot = 0;
    while (slot < ACKS && send_in_hand(link.ack_handed[slot]))
        slot++;
    if (slot == ACKS || board_link_room() == 0)
        return false;
    uint32_t place = ACK_PLACE + slot * ACK_WORDS;
    uint32_t *payload = send_scratch(place);
    memset(payload, 0, VG_FRAME_ACK_BYTES);
    VG_PUT(payload, VG_FRAME_ACK_NEXT, link.expected);
    VG_PUT(payload, VG_FRAME_ACK_CREDIT, (WINDOW_BYTES - link.waiting) / VG_LINK_CREDIT_BYTES);
    VG_PUT(payload, VG_FRAME_ACK_AGAIN, link.again_due);
    link.ack_handed[slot] = send_aside(place, VG_FRAME_TYPE_ACK, VG_FRAME_ACK_BYTES);
    return true;
}

/* --- the session --------------------------------------------------------------------------------------------- */

/* Forget all that is in flight, up to `place` of the receive ring. */
static void forget(uint32_t place)
{
    link.epoch++;
    link.worked = place;
    link.expected = link.work_next = 0;
    link.waiting = link.unacknowledged = 0;
    link.aside_begin = link.aside_end = 0;
    link.ack_due = link.again_due = link.gap = link.window_was_low = false;
    send_forget(0);
}

static void end_session(uint32_t place)
{
    if (link.session)
        log_line("session %x ended", (unsigned)link.session_number);
    link.session = false;
    forget(place);
}

static void take_hello(const uint32_t *payload, uint32_t bytes, uint32_t place)
{
    if (bytes < VG_FRAME_HELLO_BYTES || VG_GET(payload, VG_FRAME_HELLO_MAGIC) != VG_LINK_HELLO_MAGIC ||
        VG_GET(payload, VG_FRAME_HELLO_ANSWER))
        return;
    uint32_t number = VG_GET(payload, VG_FRAME_HELLO_SESSION);
    bool spoken = VG_GET(payload, VG_FRAME_HELLO_LINK) >= VG_LINK_VERSION &&
                  VG_GET(payload, VG_FRAME_HELLO_LINK_OLDEST) <= VG_LINK_VERSION;
    if (!link.session || number != link.session_number || !spoken) {
        end_session(place);
        link.session = spoken;
        link.session_number = number;
        send_forget(VG_GET(payload, VG_FRAME_HELLO_CREDIT) * VG_LINK_CREDIT_BYTES);
        log_line("session %x: link %u, contract %u%s", (unsigned)number,
                 (unsigned)VG_GET(payload, VG_FRAME_HELLO_LINK),
                 (unsigned)VG_GET(payload, VG_FRAME_HELLO_CONTRACT), spoken ? "" : ", which is not spoken here");
    }
    link.hello_due = link.hello_answer = true;
    link.abort_due = false;
}

/* --- arriving ------------------------------------------------------------------------------------------------ */

static bool numbered(uint32_t type)
{
    return type != VG_FRAME_TYPE_HELLO && type != VG_FRAME_TYPE_ACK && type != VG_FRAME_TYPE_ABORT;
}

static const uint32_t *received_at(uint32_t place)
{
    return board_receive_ring() + (place & (VG_RING_WORDS - 1));
}

/* Accept or drop a numbered frame of `cost`; `place` is where the next one begins. */
static void take_numbered(uint16_t sequence, uint32_t cost, uint32_t place)
{
    if (sequence == link.expected) {
        if (link.waiting + cost > WINDOW_BYTES) {
            log_line("session %x sends more than it may", (unsigned)link.session_number);
            end_session(place);
            link.abort_due = true;
            return;
        }
        link.expected++;
        link.waiting += cost;
        link.unacknowledged += cost;
        link.gap = link.window_was_low = false;
        return;
    }
    link.repeated++;
    link.ack_due = true;
    if ((int16_t)(sequence - link.expected) < 0)
        return;
    /* Ask for the gap once, and again when the numbers begin anew: then what was sent again is lost, too. */
    if (!link.gap || (int16_t)(sequence - link.gap_seen) <= 0)
        link.again_due = true;
    link.gap = true;
    link.gap_seen = sequence;
}

static void take(const uint32_t *frame, uint32_t place)
{
    uint32_t type = VG_GET(frame + 1, VG_FRAME_HEADER_TYPE), bytes = frame[0] - VG_FRAME_HEADER_BYTES;
    const uint32_t *payload = frame + 1 + VG_FRAME_HEADER_WORDS;
    if (type == VG_FRAME_TYPE_HELLO)
        take_hello(payload, bytes, place);
    else if (type == VG_FRAME_TYPE_ABORT)
        end_session(place);
    else if (!link.session)
        link.abort_due = true;
    else if (type != VG_FRAME_TYPE_ACK)
        take_numbered((uint16_t)VG_GET(frame + 1, VG_FRAME_HEADER_SEQUENCE), cost_of(bytes), place);
    else if (bytes >= VG_FRAME_ACK_BYTES)
        send_acknowledged(payload);
}

/* Move `worked` to the next accepted frame in the ring; false if there is none. */
static bool find_work(void)
{
    while (link.worked != link.arrived) {
        const uint32_t *frame = received_at(link.worked);
        if (link.session && numbered(VG_GET(frame + 1, VG_FRAME_HEADER_TYPE)) &&
            VG_GET(frame + 1, VG_FRAME_HEADER_SEQUENCE) == link.work_next)
            return true;
        link.worked = (link.worked + 1 + words_of(frame[0])) & PLACE_MASK;
    }
    return false;
}

/* Move accepted frames out of the receive ring, so that it is empty.  They fit: they are WINDOW_BYTES at most. */
static void move_aside(void)
{
    memmove(aside, aside + link.aside_begin, 4 * (link.aside_end - link.aside_begin));
    link.aside_end -= link.aside_begin;
    link.aside_begin = 0;
    while (find_work()) {
        const uint32_t *frame = received_at(link.worked);
        uint32_t words = 1 + words_of(frame[0]);
        if (words > WINDOW_BYTES / 4 - link.aside_end)
            return;
        memcpy(aside + link.aside_end, frame, 4 * words);
        link.aside_end += words;
        link.work_next++;
        link.worked = (link.worked + words) & PLACE_MASK;
    }
}

static void release(void)
{
    find_work();
    if (((link.arrived - link.worked) & PLACE_MASK) > VG_RING_WORDS - RESERVE_WORDS)
        move_aside();
    if (link.released != link.worked) {
        link.released = link.worked;
        board_link_release(link.released);
    }
}

void link_arrive(void)
{
    uint32_t received = board_link_received();
    while (link.arrived != received) {
        const uint32_t *frame = received_at(link.arrived);
        uint32_t bytes = frame[0], place = (link.arrived + 1 + words_of(bytes)) & PLACE_MASK;
        if (bytes < VG_FRAME_HEADER_BYTES || bytes > VG_FRAME_HEADER_BYTES + VG_LINK_PAYLOAD_MAX) {
            end_session(received); /* not what the gateware puts there */
            link.arrived = received;
            break;
        }
        take(frame, place);
        link.arrived = place;
    }
    release();
    send_retire();
}

bool link_front(struct frame *front)
{
    const uint32_t *frame;
    if (link.aside_begin != link.aside_end)
        frame = aside + link.aside_begin;
    else if (find_work())
        frame = received_at(link.worked);
    else
        return false;
    front->type = VG_GET(frame + 1, VG_FRAME_HEADER_TYPE);
    front->sequence = VG_GET(frame + 1, VG_FRAME_HEADER_SEQUENCE);
    front->bytes = frame[0] - VG_FRAME_HEADER_BYTES;
    front->payload = frame + 1 + VG_FRAME_HEADER_WORDS;
    return true;
}

void link_done(void)
{
    uint32_t words;
    if (link.aside_begin != link.aside_end) {
        words = 1 + words_of(aside[link.aside_begin]);
        link.aside_begin += words;
    } else if (find_work()) {
        words = 1 + words_of(received_at(link.worked)[0]);
        link.worked = (link.worked + words) & PLACE_MASK;
        link.work_next++;
    } else {
        return;
    }
    if (WINDOW_BYTES - link.waiting < cost_of(VG_LINK_PAYLOAD_MAX))
        link.window_was_low = link.ack_due = true;
    link.waiting -= 4 * words;
    release();
}

/* --- both ---------------------------------------------------------------------------------------------------- */

static void serve_acks(bool idle)
{
    bool quarter = link.unacknowledged >= WINDOW_BYTES / 4;
    if (!link.ack_due && link.window_was_low && clock_now() >= link.ack_repeat)
        link.ack_due = true;
    if (!(quarter || (idle && (link.unacknowledged || link.ack_due)) || link.again_due))
        return;
    if (!send_ack())
        return;
    link.ack_due = link.again_due = false;
    link.unacknowledged = 0;
    link.ack_repeat = clock_now() + clock_cycles(VG_LINK_TIMEOUT_MS);
}

void link_serve(bool idle)
{
    if (link.hello_due && send_hello())
        link.hello_due = false;
    if (link.abort_due && send_abort())
        link.abort_due = false;
    if (!link.session) {
        send_retire();
        return;
    }
    if (link.hello_due)
        return; /* the answer goes before all else of a session */
    serve_acks(idle);
    send_serve();
}

uint64_t link_alarm(void)
{
    if (link.hello_due || link.abort_due || link.ack_due || link.unacknowledged)
        return clock_soon();
    return earlier(send_alarm(), link.session && link.window_was_low ? link.ack_repeat : NEVER);
}

bool link_session(void)
{
    return link.session;
}

uint32_t link_epoch(void)
{
    return link.epoch;
}

bool link_drained(void)
{
    return !link.unacknowledged && !link.ack_due && send_drained();
}

void link_report(uint32_t *status)
{
    VG_PUT(status, VG_FRAME_STATUS_RESENT, send_resent());
    VG_PUT(status, VG_FRAME_STATUS_DAMAGED, board_link_damaged());
    VG_PUT(status, VG_FRAME_STATUS_DROPPED, board_link_dropped());
    VG_PUT(status, VG_FRAME_STATUS_REPEATED, link.repeated);
}

ONCE void link_start(void)
{
    memset(&link, 0, sizeof link);
    link.arrived = link.worked = link.released = board_link_received();
    board_link_release(link.released);
    send_start();
    link.hello_handed = link.abort_handed = board_link_sent();
    for (uint32_t slot = 0; slot < ACKS; slot++)
        link.ack_handed[slot] = board_link_sent();
    memcpy(link.number, flash_at(VG_FLASH_FACTORY_BASE), sizeof link.number);
    board_line_zeros(VG_LINK_ABORT_ZEROS); /* whatever the reset cut short ends here */
    link.hello_due = true;
}
