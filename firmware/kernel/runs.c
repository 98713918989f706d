/* Processes for the operator: listed with their scores, killed, and a program that is run for him.
 *
 * Its output does not go to the console, where others write, but here, and from here to the host; it has nothing to
 * read.  What outlives it, a child in the background, writes to nobody. */
#include "operator.h"

#define WRITTEN_BYTES 256 /* a power of two */
#define ARGUMENTS_MAX 24

_Static_assert(NAME_BYTES <= VG_LINK_PROCESS_NAME_BYTES, "names fit");

static struct {
    uint32_t epoch;
    uint32_t id; /* of the program that runs, or has just ended; 0: none */
    bool ended;
    uint32_t status, begin, end; /* places, counted from the first byte on */
    uint8_t bytes[WRITTEN_BYTES];
} run;

ONCE void runs_start(void)
{
    memset(&run, 0, sizeof run);
}

/* --- the table ----------------------------------------------------------------------------------------------- */

static void describe(uint32_t *entry, const struct process *process)
{
    uint32_t slot = process_index(process);
    struct score score;
    memset(entry, 0, VG_PROCESS_ENTRY_BYTES);
    uint32_t memory = pool_size(process->data) + pool_size(exec_text_region(process->text));
    entry[WORD(VG_PROCESS_ENTRY_ID)] = process->id;
    entry[WORD(VG_PROCESS_ENTRY_PARENT)] = process->parent == NOBODY ? 0 : processes[process->parent].id;
    entry[WORD(VG_PROCESS_ENTRY_USER)] = AS(VG_PROCESS_ENTRY_USER, process->user) |
                                         AS(VG_PROCESS_ENTRY_SLOT, slot) |
                                         AS(VG_PROCESS_ENTRY_STATE, process->state) |
                                         AS(VG_PROCESS_ENTRY_FROZEN, process->frozen);
    entry[WORD(VG_PROCESS_ENTRY_MEMORY)] = AS(VG_PROCESS_ENTRY_MEMORY, memory * (VG_GRANULE_BYTES / 1024)) |
                                           AS(VG_PROCESS_ENTRY_TREE, process->tree) |
                                           AS(VG_PROCESS_ENTRY_DECOYS, decoys_shown(process));
    entry[WORD(VG_PROCESS_ENTRY_RAN_LOW)] = (uint32_t)process->ran;
    entry[WORD(VG_PROCESS_ENTRY_RAN_HIGH)] = (uint32_t)(process->ran >> 32);
    text_copy((char *)(entry + WORD(VG_PROCESS_ENTRY_NAME0)), process->name, VG_LINK_PROCESS_NAME_BYTES);
    if (!scores_of(slot, process->id, &score))
        return;
    entry[WORD(VG_PROCESS_ENTRY_SCORED)] |=
        AS(VG_PROCESS_ENTRY_SCORED, 1) | AS(VG_PROCESS_ENTRY_TIER, PART(score.last, VG_SCORE_TIER)) |
        AS(VG_PROCESS_ENTRY_VERDICT, PART(score.last, VG_SCORE_VERDICT));
    entry[WORD(VG_PROCESS_ENTRY_SCORE)] |= AS(VG_PROCESS_ENTRY_SCORE, PART(score.last, VG_SCORE_SCORE));
    memcpy(entry + WORD(VG_PROCESS_ENTRY_COUNT0), score.counts, sizeof score.counts);
}

enum outcome runs_list(const struct frame *frame)
{
    (void)frame;
    uint32_t count = 0, most = VG_FRAME_PROCESS_ENTRIES_BYTES + PROCESSES * VG_PROCESS_ENTRY_BYTES;
    uint32_t *payload = send_open(VG_FRAME_TYPE_PROCESS_ENTRIES, most);
    if (!payload)
        return OUTCOME_WAIT;
    for (const struct process *process = processes; process < processes + PROCESSES; process++)
        if (process->state != PROCESS_FREE)
            describe(payload + VG_FRAME_PROCESS_ENTRIES_WORDS + VG_PROCESS_ENTRY_WORDS * count++, process);
    payload[0] = AS(VG_FRAME_PROCESS_ENTRIES_COUNT, count);
    send_close(VG_FRAME_PROCESS_ENTRIES_BYTES + count * VG_PROCESS_ENTRY_BYTES);
    return OUTCOME_DONE;
}

enum outcome runs_kill(const struct frame *frame)
{
    uint32_t id = VG_GET(frame->payload, VG_FRAME_KILL_PROCESS);
    uint32_t signal = VG_GET(frame->payload, VG_FRAME_KILL_SIGNAL);
    if (signal >= SIGNALS)
        return operator_answer(-EINVAL);
    for (struct process *process = processes; process < processes + PROCESSES; process++) {
        if (process->id != id || (process->state != PROCESS_READY && process->state != PROCESS_WAITING))
            continue;
        if (VG_GET(frame->payload, VG_FRAME_KILL_GROUP))
            process_signal_group(process->group, signal);
        process_signal(process, signal);
        return operator_answer(0);
    }
    return operator_answer(-ESRCH);
}

/* --- a program ----------------------------------------------------------------------------------------------- */

/* Kill what a session that is over has left running. */
static void keep_epoch(void)
{
    if (run.epoch == link_epoch())
        return;
    run.epoch = link_epoch();
    uint32_t id = run.id;
    bool ended = run.ended;
    run.id = 0;
    process_wake(&run);
    if (id && !ended && !quarantine_holds(id))
        process_signal_group(id, SIGKILL); /* it began as the first of its group */
}

static int32_t begin(void *what)
{
    struct frame *frame = what;
    const char *arguments[ARGUMENTS_MAX + 1], *text = (const char *)(frame->payload + VG_FRAME_RUN_WORDS);
    uint32_t count = 0, length = frame->bytes - VG_FRAME_RUN_BYTES;
    for (const char *argument = text; argument < text + length; argument += text_length(argument) + 1) {
        if (count == ARGUMENTS_MAX)
            return -E2BIG;
        arguments[count++] = argument;
    }
    arguments[count] = NULL;
    run.begin = run.end = 0;
    uint32_t written = VG_GET(frame->payload, VG_FRAME_RUN_WRITTEN) ? operator_written() : NODES;
    int32_t id = process_run(written, arguments, VG_GET(frame->payload, VG_FRAME_RUN_USER),
                             VG_GET(frame->payload, VG_FRAME_RUN_GROUP));
    if (written != NODES)
        operator_forget();
    if (id > 0) {
        run.id = (uint32_t)id;
        run.ended = false;
    }
    return id;
}

enum outcome runs_begin(const struct frame *frame)
{
    const char *text = (const char *)(frame->payload + VG_FRAME_RUN_WORDS);
    uint32_t length = frame->bytes - VG_FRAME_RUN_BYTES;
    if (text[length - 1])
        return serve_refuse(frame, VG_REFUSAL_LENGTH, "a zero stands behind the path and each argument");
    if (slots_in_force() == SLOTS_NONE || model_on_trial())
        return serve_refuse(frame, VG_REFUSAL_ORDER, "no model is in force: push one, nothing runs unscreened");
    if (!lasting_ready() || !flash_ready())
        return OUTCOME_WAIT;
    process_begin(); /* the first one comes first */
    keep_epoch();
    if (operator_busy())
        return operator_do(begin, frame);
    if (run.id)
        return operator_answer(-EBUSY);
    if (VG_GET(frame->payload, VG_FRAME_RUN_WRITTEN) && operator_written() == NODES)
        return serve_refuse(frame, VG_REFUSAL_ORDER, "FILE_WRITE and all bytes come first");
    return operator_do(begin, frame);
}

void runs_ended(const struct process *process)
{
    if (!run.id || process->id != run.id)
        return;
    run.ended = true;
    run.status = process->status;
    kernel_stir();
}

int32_t runs_write(struct process *process, uint32_t number, const uint8_t *from, uint32_t size)
{
    uint32_t count = 0;
    if (number != run.id || run.ended || !size)
        return (int32_t)size;
    for (; count < size && run.end - run.begin < WRITTEN_BYTES; count++)
        run.bytes[run.end++ % WRITTEN_BYTES] = from[count];
    kernel_stir();
    return count ? (int32_t)count : process_wait(process, &run, NEVER);
}

bool runs_step(void)
{
    keep_epoch();
    uint32_t count = run.end - run.begin;
    if (!run.id || (!count && !run.ended))
        return false;
    screen_close();
    uint32_t *payload =
        count ? send_open(VG_FRAME_TYPE_TERMINAL, VG_FRAME_TERMINAL_BYTES + count)
              : send_open(VG_FRAME_TYPE_ENDED, VG_FRAME_ENDED_BYTES);
    if (!payload)
        return false;
    payload[0] = run.id; /* in both */
    if (count) {
        uint8_t *into = (uint8_t *)(payload + VG_FRAME_TERMINAL_WORDS);
        while (run.begin != run.end)
            *into++ = run.bytes[run.begin++ % WRITTEN_BYTES];
        send_close(VG_FRAME_TERMINAL_BYTES + count);
        process_wake(&run);
        return true;
    }
    payload[WORD(VG_FRAME_ENDED_STATUS)] = run.status;
    send_close(VG_FRAME_ENDED_BYTES);
    run.id = 0;
    return true;
}
