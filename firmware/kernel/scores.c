/* Scores of the board's own processes, from the records of their calls.  Only the operator is told (runs.c): no call
 * and no file leads here. */
#include "operator.h"

static struct score scores[PROCESSES];

ONCE void scores_start(void)
{
    memset(scores, 0, sizeof scores);
}

void scores_take(const uint32_t *record)
{
    uint32_t word = record[0], slot = PART(word, VG_RECORD_SLOT), verdict = PART(word, VG_RECORD_VERDICT);
    if (slot >= PROCESSES || word & BITS(VG_RECORD_KIND) || verdict > VG_VERDICT_KILL)
        return;
    struct score *score = &scores[slot];
    if (PART(record[1], VG_RECORD_PATH_CLASS) >= VG_SECRET_FROM && PART(record[1], VG_RECORD_ID) == VG_SYS_OPENAT &&
        verdict == VG_VERDICT_ALLOW && processes[slot].id == record[4])
        quarantine_noted(&processes[slot], VG_EVIDENCE_SECRETS);
    if (score->life != record[4])
        *score = (struct score){.life = record[4]};
    score->record[0] = word;
    score->record[1] = record[3];
    score->counts[verdict]++;
}

const struct score *scores_of(uint32_t slot, uint32_t life)
{
    return slot < PROCESSES && life && scores[slot].life == life ? &scores[slot] : NULL;
}
