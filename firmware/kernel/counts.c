/* Calls that leave as counts: by slot, life and call.  Those of the core's processes are counted by gateware, but for
 * what finds no place there; those of the host's here.
 *
 * An open table: an entry stands at its hash or in the next free place behind it. */
#include "kernel.h"

#define ENTRIES 128 /* a power of two */
#define ENTRIES_FULL 96

#define COUNTED_MANY (VG_COUNTS / 4 * 3) /* entries that do not wait for the batch's time */
#define SENT_MOST ((SEND_MOST - VG_FRAME_AGGREGATE_BYTES) / VG_AGGREGATE_ENTRY_BYTES) /* entries in a frame */

static struct {
    uint32_t entries; /* in use */
    uint32_t from_sequence, to_sequence;
    uint64_t batch_at;
    uint32_t sent;
} counts;
bool counts_timed;

static struct entry {
    uint32_t key; /* an AGGREGATE_ENTRY; a count of 0 is a free place */
    uint32_t generation;
} entries[ENTRIES];
_Static_assert(sizeof(struct entry) == VG_AGGREGATE_ENTRY_BYTES, "entries are as they are sent");
#define KEY_ONE ((uint32_t)1 << VG_AGGREGATE_ENTRY_COUNT_OFFSET)

ONCE void counts_start(void)
{
    memset(&counts, 0, sizeof counts);
    memset(entries, 0, sizeof entries);
    counts_timed = false;
}

/* Have what is counted wait, but not for ever. */
static void time_batch(void)
{
    if (counts_timed)
        return;
    counts_timed = true;
    counts.batch_at = clock_now() + clock_cycles(VG_LINK_BATCH_MS);
}

/* Begin to count, or to count another life's call. */
static RARE bool begin_entry(struct entry *entry, uint32_t key, const uint32_t *record)
{
    if (!counts.entries) {
        counts.from_sequence = record[5];
        time_batch();
    }
    entry->key = key + KEY_ONE;
    entry->generation = record[4];
    counts.to_sequence = record[5] + 1;
    return ++counts.entries >= ENTRIES_FULL;
}

bool counts_add(const uint32_t *record)
{
    uint32_t key = PART(record[0], VG_RECORD_SLOT) << VG_AGGREGATE_ENTRY_SLOT_OFFSET |
                   PART(record[1], VG_RECORD_ID) << VG_AGGREGATE_ENTRY_ID_OFFSET;
    uint32_t generation = record[4], hash = (key ^ generation) * 0x9E3779B1u;
    struct entry *entry = &entries[hash >> 25 & (ENTRIES - 1)];
    while (((entry->key ^ key) & (KEY_ONE - 1)) || entry->generation != generation || !entry->key) {
        if (!entry->key)
            return begin_entry(entry, key, record);
        if (++entry == entries + ENTRIES)
            entry = entries;
    }
    entry->key += KEY_ONE;
    counts.to_sequence = record[5] + 1;
    return entry->key >= 0u - KEY_ONE || counts.entries >= ENTRIES_FULL; /* one more would overflow it */
}

bool counts_any(void)
{
    return counts.entries || board_counted();
}

uint64_t counts_alarm(void)
{
    if (!counts_any())
        return NEVER;
    time_batch();
    return board_counted() >= COUNTED_MANY ? 0 : counts.batch_at;
}

uint32_t counts_sent(void)
{
    return counts.sent;
}

/* Let the span of records that a frame tells of begin and end where both counts' do. */
static void put_span(uint32_t *payload, bool counted)
{
    uint32_t from = counts.from_sequence, to = counts.to_sequence, others_from, others_to;
    if (counted) {
        board_counted_span(&others_from, &others_to);
        from = counts.entries && (int32_t)(others_from - from) > 0 ? from : others_from;
        to = counts.entries && (int32_t)(to - others_to) > 0 ? to : others_to;
    }
    VG_PUT(payload, VG_FRAME_AGGREGATE_FROM_SEQUENCE, from);
    VG_PUT(payload, VG_FRAME_AGGREGATE_TO_SEQUENCE, to);
}

bool counts_send(void)
{
    uint32_t counted = board_counted(), taken = counted;
    if (taken > SENT_MOST - counts.entries)
        taken = SENT_MOST - counts.entries;
    uint32_t most = VG_FRAME_AGGREGATE_BYTES + (counts.entries + taken) * VG_AGGREGATE_ENTRY_BYTES;
    uint32_t *payload = send_open(VG_FRAME_TYPE_AGGREGATE, most);
    if (!payload)
        return false;
    put_span(payload, taken);
    uint32_t *into = payload + VG_FRAME_AGGREGATE_WORDS;
    counts.sent += board_counts(into, taken);
    into += VG_AGGREGATE_ENTRY_WORDS * taken;
    if (counts.entries) {
        for (uint32_t place = 0; place < ENTRIES; place++) {
            if (!(entries[place].key >> VG_AGGREGATE_ENTRY_COUNT_OFFSET))
                continue;
            counts.sent += entries[place].key >> VG_AGGREGATE_ENTRY_COUNT_OFFSET;
            *into++ = entries[place].key;
            *into++ = entries[place].generation;
        }
        memset(entries, 0, sizeof entries);
        counts.entries = 0;
    }
    send_close(4 * (uint32_t)(into - payload));
    counts_timed = false;
    if (taken < counted)
        counts.batch_at = clock_now(), counts_timed = true;
    return true;
}

uint32_t counts_drop(void)
{
    uint32_t dropped = 0, entry[VG_AGGREGATE_ENTRY_WORDS];
    for (uint32_t place = 0; counts.entries && place < ENTRIES; place++)
        dropped += entries[place].key >> VG_AGGREGATE_ENTRY_COUNT_OFFSET;
    while (board_counted())
        dropped += board_counts(entry, 1);
    memset(entries, 0, sizeof entries);
    counts.entries = 0;
    counts_timed = false;
    return dropped;
}
