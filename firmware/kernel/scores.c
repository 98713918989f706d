/* Scores of the board's own processes: gateware keeps what their last calls said, and how many were allowed; others are
 * counted here.  Only the operator is told (runs.c): no call and no file leads here. */
#include "operator.h"

static struct {
    uint32_t life;                        /* the slot's generation that the counts are of */
    uint16_t counts[VG_VERDICT_KILL + 1]; /* calls by verdict, but for ALLOW */
} refused[PROCESSES];

ONCE void scores_start(void)
{
    memset(refused, 0, sizeof refused);
}

void scores_take(const uint32_t *record)
{
    uint32_t word = record[0], slot = PART(word, VG_RECORD_SLOT), verdict = PART(word, VG_RECORD_VERDICT);
    if (slot >= PROCESSES || word & BITS(VG_RECORD_KIND) || verdict > VG_VERDICT_KILL)
        return;
    if (verdict == VG_VERDICT_ALLOW) {
        if (PART(record[1], VG_RECORD_PATH_CLASS) >= VG_SECRET_FROM &&
            PART(record[1], VG_RECORD_ID) == VG_SYS_OPENAT && processes[slot].id == record[4])
            quarantine_noted(&processes[slot], VG_EVIDENCE_SECRETS);
        return;
    }
    if (refused[slot].life != record[4]) {
        memset(refused[slot].counts, 0, sizeof refused[slot].counts);
        refused[slot].life = record[4];
    }
    if (refused[slot].counts[verdict] < UINT16_MAX)
        refused[slot].counts[verdict]++;
}

bool scores_of(uint32_t slot, uint32_t life, struct score *score)
{
    uint32_t words[VG_SCORE_WORDS];
    if (slot >= PROCESSES || !life)
        return false;
    board_score(slot, words);
    if (VG_GET(words, VG_SCORE_GENERATION) != life)
        return false;
    score->last = words[0];
    for (uint32_t verdict = 0; verdict <= VG_VERDICT_KILL; verdict++)
        score->counts[verdict] = refused[slot].life == life ? refused[slot].counts[verdict] : 0;
    score->counts[VG_VERDICT_ALLOW] = VG_GET(words, VG_SCORE_ALLOWED);
    return true;
}
