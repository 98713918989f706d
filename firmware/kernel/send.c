/* Sending: numbered frames until they are acknowledged, and what is not numbered beside them.
 *
 * A frame stands in the send ring, behind a word with its length, until it is acknowledged.  Frames do not wrap: a
 * length of 0 says that the next one begins at 0.  The ring's end is kept apart for what is not numbered.  The
 * gateware reads a frame when its turn comes, so a place is used again only when all that was handed over before
 * it became free has been read. */
#include "kernel.h"

#define SEND_WORDS (VG_RING_WORDS - SEND_SCRATCH_WORDS)
_Static_assert(2 * (2 + VG_FRAME_HEADER_WORDS + SEND_MOST / 4) <= SEND_WORDS, "an empty ring has room for any frame");
#define HANDED_MAX 4 /* numbered frames given to the gateware at once, so that others need not wait long */

static struct {
    /* tail <= acked <= next <= head, places in the send ring */
    uint32_t head, next, acked, tail;
    uint16_t head_sequence, next_sequence, acked_sequence, high_sequence;
    uint32_t credit, in_flight;
    uint64_t progress; /* when something was last acknowledged, or sent */
    bool again_taken;
    uint64_t again_until;
    bool retiring;
    uint32_t retire_place, retire_handed;
    bool open;
    uint32_t open_place, open_room, open_type;
    uint32_t resent;
    uint32_t handed; /* frames given to the gateware */
} sender;

/* Frames given to the gateware that it has not read to the end. */
static uint32_t outstanding(void)
{
    return (uint16_t)(sender.handed - board_link_sent());
}

bool send_in_hand(uint32_t handed)
{
    return sender.handed - handed < outstanding();
}

static uint32_t header_of(uint32_t type, uint16_t sequence)
{
    uint32_t header[VG_FRAME_HEADER_WORDS] = {0};
    VG_PUT(header, VG_FRAME_HEADER_TYPE, type);
    VG_PUT(header, VG_FRAME_HEADER_SEQUENCE, sequence);
    return header[0];
}

uint32_t *send_scratch(uint32_t word)
{
    return board_send_ring() + SEND_WORDS + word + VG_FRAME_HEADER_WORDS;
}

uint32_t send_aside(uint32_t word, uint32_t type, uint32_t payload)
{
    uint32_t place = SEND_WORDS + word;
    board_send_ring()[place] = header_of(type, sender.head_sequence);
    board_link_send(place, VG_FRAME_HEADER_BYTES + payload);
    return ++sender.handed;
}

/* Return the place of the frame at `place`, which is not the head. */
static uint32_t place_of(uint32_t place)
{
    return place == SEND_WORDS || board_send_ring()[place] == 0 ? 0 : place;
}

/* Return the words of the frame at `place` with its length. */
static uint32_t words_at(uint32_t place)
{
    return 1 + words_of(board_send_ring()[place]);
}

/* Send again all that is not acknowledged. */
static void rewind_sending(void)
{
    sender.next = sender.acked;
    sender.next_sequence = sender.acked_sequence;
    sender.in_flight = 0;
    sender.progress = clock_now();
}

void send_acknowledged(const uint32_t *payload)
{
    uint16_t next = (uint16_t)VG_GET(payload, VG_FRAME_ACK_NEXT);
    uint16_t news = (uint16_t)(next - sender.acked_sequence);
    if (news > (uint16_t)(sender.high_sequence - sender.acked_sequence))
        return; /* it speaks of frames that were never sent */
    for (uint16_t count = 0; count < news; count++) {
        uint32_t place = place_of(sender.acked), words = words_at(place);
        bool again = sender.acked_sequence == sender.next_sequence; /* acknowledged before it was sent again */
        sender.acked = place + words;
        sender.acked_sequence++;
        if (again) {
            sender.next = sender.acked;
            sender.next_sequence = sender.acked_sequence;
        } else {
            sender.in_flight -= 4 * words;
        }
        sender.again_taken = false;
        sender.progress = clock_now();
    }
    sender.credit = VG_GET(payload, VG_FRAME_ACK_CREDIT) * VG_LINK_CREDIT_BYTES;
    if (VG_GET(payload, VG_FRAME_ACK_AGAIN) && sender.next_sequence != sender.acked_sequence &&
        (!sender.again_taken || clock_now() >= sender.again_until)) {
        sender.again_taken = true; /* frames on their way will ask for the same again */
        sender.again_until = clock_now() + clock_cycles(VG_LINK_TIMEOUT_MS / 4);
        rewind_sending();
    }
}

void send_retire(void)
{
    if (sender.retiring && !send_in_hand(sender.retire_handed)) {
        sender.tail = sender.retire_place;
        sender.retiring = false;
    }
    if (!sender.retiring && sender.tail != sender.acked) {
        sender.retiring = true;
        sender.retire_place = sender.acked;
        sender.retire_handed = sender.handed;
        if (!send_in_hand(sender.retire_handed)) {
            sender.tail = sender.retire_place;
            sender.retiring = false;
        }
    }
}

/* Return the place for so many words behind the head, or SEND_WORDS: none.  Head and tail stay apart. */
static uint32_t fitting(uint32_t words)
{
    if (sender.head < sender.tail)
        return words < sender.tail - sender.head ? sender.head : SEND_WORDS;
    uint32_t left = SEND_WORDS - sender.head;
    if (words < left || (words == left && sender.tail > 0))
        return sender.head;
    return words < sender.tail ? 0 : SEND_WORDS;
}

bool send_room(uint32_t payload)
{
    return link_session() && !sender.open && fitting(cost_of(payload) / 4) != SEND_WORDS;
}

uint32_t *send_open(uint32_t type, uint32_t payload)
{
    if (!link_session() || sender.open)
        return NULL;
    uint32_t place = fitting(cost_of(payload) / 4);
    if (place == SEND_WORDS)
        return NULL;
    sender.open = true;
    sender.open_place = place;
    sender.open_room = payload;
    sender.open_type = type;
    return board_send_ring() + place + 1 + VG_FRAME_HEADER_WORDS;
}

void send_close(uint32_t payload)
{
    if (!sender.open || payload > sender.open_room)
        return;
    uint32_t *ring = board_send_ring(), place = sender.open_place;
    sender.open = false;
    if (payload == 0)
        return;
    if (place != sender.head)
        ring[sender.head] = 0;
    ring[place] = VG_FRAME_HEADER_BYTES + payload;
    ring[place + 1] = header_of(sender.open_type, sender.head_sequence);
    if (sender.acked_sequence == sender.head_sequence)
        sender.progress = clock_now();
    sender.head = place + cost_of(payload) / 4;
    if (sender.head == SEND_WORDS)
        sender.head = 0;
    sender.head_sequence++;
}

static void hand_numbered(void)
{
    while (sender.next_sequence != sender.head_sequence && outstanding() < HANDED_MAX && board_link_room() > 1) {
        uint32_t place = place_of(sender.next), words = words_at(place);
        if (sender.in_flight + 4 * words > sender.credit)
            return;
        board_link_send(place + 1, board_send_ring()[place]);
        sender.handed++;
        sender.in_flight += 4 * words;
        sender.next = place + words;
        sender.next_sequence++;
        if ((int16_t)(sender.next_sequence - sender.high_sequence) > 0)
            sender.high_sequence = sender.next_sequence;
        else
            sender.resent++;
    }
}

void send_serve(void)
{
    if (outstanding())
        sender.progress = clock_now();
    if (sender.in_flight && clock_now() - sender.progress >= clock_cycles(VG_LINK_TIMEOUT_MS))
        rewind_sending();
    hand_numbered();
    send_retire();
}

uint64_t send_alarm(void)
{
    if (sender.retiring || outstanding() >= HANDED_MAX)
        return clock_soon();
    return sender.in_flight ? sender.progress + clock_cycles(VG_LINK_TIMEOUT_MS) : NEVER;
}

bool send_drained(void)
{
    return sender.acked_sequence == sender.head_sequence && board_link_idle();
}

uint32_t send_resent(void)
{
    return sender.resent;
}

void send_forget(uint32_t credit)
{
    sender.open = false;
    sender.next = sender.acked = sender.head;
    sender.head_sequence = sender.next_sequence = sender.acked_sequence = sender.high_sequence = 0;
    sender.credit = credit;
    sender.in_flight = 0;
    sender.again_taken = false;
}

ONCE void send_start(void)
{
    memset(&sender, 0, sizeof sender);
    sender.handed = board_link_sent();
}
