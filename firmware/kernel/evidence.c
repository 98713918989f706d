/* What speaks against a frozen process: its registers, text, stack, descriptors and history, a bit each.
 *
 * Nothing here believes what a process has in its memory: every address is checked before it is followed. */
#include "files.h"
#include "operator.h"

#define FOUND(piece) (1u << VG_EVIDENCE_##piece)
#define CALL_MASK 0xFFF /* of a long instruction: what it is, and the register that gets the way back */
#define IS_JAL 0x0EF
#define IS_JALR 0x0E7

static uint32_t half_at(const uint8_t *text, uint32_t offset)
{
    return text[offset] | (uint32_t)text[offset + 1] << 8;
}

/* Return whether `offset` into a text is where a call would come back to. */
static bool behind_call(const uint8_t *text, uint32_t bytes, uint32_t offset)
{
    if (offset % 2 || offset < 2 || offset > bytes)
        return false;
    uint32_t last = half_at(text, offset - 2);
    if ((last & 0xE003) == 0x2001 || ((last & 0xF07F) == 0x9002 && last & 0x0F80))
        return true; /* c.jal; c.jalr */
    uint32_t head = offset < 4 ? 0 : half_at(text, offset - 4) & CALL_MASK;
    return head == IS_JAL || head == IS_JALR;
}

/* Return whether ra, or any of `words` on the stack, leads back into the program, or it has called nothing yet. */
static bool can_return(const struct process *process, const uint32_t *stack, uint32_t words)
{
    uint32_t region = exec_text_region(process->text), bytes = pool_size(region) * VG_GRANULE_BYTES, used = 0;
    const uint8_t *text = pool_bytes(region);
    for (uint32_t number = SP + 1; number < 32; number++)
        used |= process->registers.x[number];
    bool found = !used || behind_call(text, bytes, process->registers.x[RA] - VG_USER_TEXT_BASE);
    for (; !found && words; words--)
        found = behind_call(text, bytes, *stack++ - VG_USER_TEXT_BASE);
    return found;
}

static uint32_t of_memory(const struct process *process)
{
    uint32_t text = process->text, stack = process->registers.x[SP], end = exec_stack_end(text), found = 0;
    if (process->registers.x[PC] - VG_USER_TEXT_BASE >= pool_size(exec_text_region(text)) * VG_GRANULE_BYTES)
        found |= FOUND(COUNTER);
    if (stack < VG_USER_DATA_BASE || stack > end || stack % 4)
        found |= FOUND(STACK);
    else if (!can_return(process, (const uint32_t *)(const void *)user_bytes(process, stack, end - stack, false),
                         (end - stack) / 4))
        found |= FOUND(RETURN);
    return exec_text_whole(text) ? found : found | FOUND(TEXT);
}

static uint32_t of_descriptors(const struct process *process)
{
    uint32_t writers = 0, found = 0;
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++) {
        const struct file *file = files_of(process, descriptor);
        if (file && (file->kind == FILE_SOCKET || file->kind == FILE_STREAM || file->kind == FILE_SERVICE))
            found |= FOUND(SOCKET);
        writers += file && file->kind == FILE_NODE && (file->flags & O_ACCMODE) != O_RDONLY;
    }
    return writers >= VG_QUARANTINE_WRITERS_MANY ? found | FOUND(WRITERS) : found;
}

uint32_t evidence_of(const struct process *process, uint32_t *denied)
{
    struct score score;
    uint32_t found = of_memory(process) | of_descriptors(process);
    if (!scores_of(process_index(process), process->id, &score))
        return found;
    for (uint32_t verdict = VG_VERDICT_ALLOW + 1; verdict <= VG_VERDICT_KILL; verdict++)
        *denied += score.counts[verdict];
    return PART(score.last, VG_SCORE_TIER) >= VG_TIER_HOSTILE ? found | FOUND(HOSTILE) : found;
}

uint32_t evidence_whole(uint32_t found, uint32_t denied)
{
    if (denied >= VG_QUARANTINE_DENIED_SOME)
        found |= FOUND(DENIED);
    if (denied >= VG_QUARANTINE_DENIED_MANY)
        found |= FOUND(DENIED_OFTEN);
    if (found & FOUND(SECRETS) && found & FOUND(SOCKET))
        found |= FOUND(SECRET_SOCKET);
    return found;
}

uint32_t evidence_weight(uint32_t found)
{
#define WEIGHT(piece) [VG_EVIDENCE_##piece] = VG_QUARANTINE_WEIGHT_##piece
    static const uint8_t weights[] = {
        WEIGHT(WRITE_EXECUTE), WEIGHT(STACK), WEIGHT(COUNTER), WEIGHT(TEXT), WEIGHT(RETURN), WEIGHT(CANARY),
        WEIGHT(DENIED), WEIGHT(DENIED_OFTEN), WEIGHT(HOSTILE), WEIGHT(WRITERS), WEIGHT(SECRETS), WEIGHT(SOCKET),
        WEIGHT(SECRET_SOCKET), WEIGHT(AGAIN), WEIGHT(LAST), WEIGHT(CELL),
    };
    uint32_t sum = 0;
    for (uint32_t piece = 0; piece < sizeof weights; piece++)
        sum += found >> piece & 1 ? weights[piece] : 0;
    return sum < UINT8_MAX ? sum : UINT8_MAX;
}
