/* Calls that are allowed, counted, and what was last said of each process.  Twin of hdl/soc/counting.py and scores.py. */
#include <string.h>

#include "hardware.h"
#include "native.h"

#define SLOTS (VG_SLOTS / 2)
#define HINTS 1024
#define COUNT_ONE (1u << VG_AGGREGATE_ENTRY_COUNT_OFFSET)

static struct {
    bool on;
    uint32_t first, end; /* of the entries in use, modulo VG_COUNTS */
    uint32_t since, until;
    uint32_t entries[VG_COUNTS][VG_AGGREGATE_ENTRY_WORDS];
    uint32_t hints[HINTS];
    uint32_t scores[SLOTS][VG_SCORE_WORDS];
} counting;

void counting_power_on(void)
{
    memset(&counting, 0, sizeof counting);
}

void board_counting(bool on)
{
    counting.on = on;
}

uint32_t board_counted(void)
{
    return counting.end - counting.first;
}

bool counting_any(void)
{
    return board_counted();
}

void board_counted_span(uint32_t *from, uint32_t *to)
{
    *from = counting.since;
    *to = counting.until;
}

uint32_t board_counts(uint32_t *into, uint32_t entries)
{
    uint32_t calls = 0;
    for (; entries && board_counted(); entries--, into += VG_AGGREGATE_ENTRY_WORDS) {
        memcpy(into, counting.entries[counting.first++ % VG_COUNTS], VG_AGGREGATE_ENTRY_BYTES);
        calls += VG_GET(into, VG_AGGREGATE_ENTRY_COUNT);
    }
    return calls;
}

void board_score(uint32_t slot, uint32_t score[VG_SCORE_WORDS])
{
    memcpy(score, counting.scores[slot], VG_SCORE_BYTES);
}

static void note(const uint32_t *record)
{
    uint32_t *score = counting.scores[VG_GET(record, VG_RECORD_SLOT)];
    bool same = VG_GET(score, VG_SCORE_GENERATION) == VG_GET(record, VG_RECORD_GENERATION);
    uint32_t allowed = (same ? VG_GET(score, VG_SCORE_ALLOWED) : 0) +
                       (VG_GET(record, VG_RECORD_VERDICT) == VG_VERDICT_ALLOW);
    memset(score, 0, VG_SCORE_BYTES);
    VG_PUT(score, VG_SCORE_SCORE, VG_GET(record, VG_RECORD_SCORE));
    VG_PUT(score, VG_SCORE_TIER, VG_GET(record, VG_RECORD_TIER));
    VG_PUT(score, VG_SCORE_VERDICT, VG_GET(record, VG_RECORD_VERDICT));
    VG_PUT(score, VG_SCORE_ALLOWED, allowed);
    VG_PUT(score, VG_SCORE_GENERATION, VG_GET(record, VG_RECORD_GENERATION));
}

bool native_counted(const uint32_t record[VG_RECORD_WORDS])
{
    uint32_t slot = VG_GET(record, VG_RECORD_SLOT), id = VG_GET(record, VG_RECORD_ID);
    uint32_t life = VG_GET(record, VG_RECORD_GENERATION), sequence = VG_GET(record, VG_RECORD_SEQUENCE);
    uint32_t kind = VG_GET(record, VG_RECORD_KIND);
    if (slot >= SLOTS)
        return false;
    if (kind == VG_KIND_FORK || kind == VG_KIND_EXEC || kind == VG_KIND_EXIT) /* nobody waits for it */
        return counting.on && VG_GET(record, VG_RECORD_FAULT) == VG_FAULT_NONE;
    if (kind != VG_KIND_CALL)
        return false;
    note(record);
    if (!counting.on || VG_GET(record, VG_RECORD_VERDICT) != VG_VERDICT_ALLOW ||
        VG_GET(record, VG_RECORD_PROPOSED) != VG_VERDICT_ALLOW || VG_GET(record, VG_RECORD_FAULT) != VG_FAULT_NONE ||
        VG_GET(record, VG_RECORD_PATH_CLASS) >= VG_SECRET_FROM || board_counted() == VG_COUNTS)
        return false;
    if (!board_counted())
        counting.since = sequence;
    counting.until = sequence + 1;
    uint32_t key = slot << VG_AGGREGATE_ENTRY_SLOT_OFFSET | id << VG_AGGREGATE_ENTRY_ID_OFFSET;
    uint32_t *hint = &counting.hints[((slot & 1) | id << 1) ^ (slot >> 1 & 7) << 7];
    uint32_t depth = (*hint - counting.first) % VG_COUNTS, *entry = counting.entries[*hint];
    if (depth < board_counted() && (entry[0] & (COUNT_ONE - 1)) == key && entry[1] == life &&
        entry[0] < 0u - COUNT_ONE) {
        entry[0] += COUNT_ONE;
        return true;
    }
    *hint = counting.end++ % VG_COUNTS;
    counting.entries[*hint][0] = key | COUNT_ONE;
    counting.entries[*hint][1] = life;
    return true;
}
