/* What the operator at the host may: the tree of files, processes, and how those score, by frames of the link.
 *
 * The security task serves them, as root, without a process: nothing of it is to be had by a system call. */
#ifndef OPERATOR_H
#define OPERATOR_H

#include "process.h"

/* The word of a layout that a field begins in, and a value that fits the field, where it lies in that word. */
#define WORD(FIELD) (FIELD##_OFFSET / 32)
#define AS(FIELD, value) ((uint32_t)(value) << FIELD##_OFFSET % 32)

/* --- operator.c: files --------------------------------------------------------------------------------------- */

void operator_start(void);
enum outcome operator_list(const struct frame *frame);
enum outcome operator_read(const struct frame *frame);
enum outcome operator_write(const struct frame *frame);
enum outcome operator_data(const struct frame *frame);
enum outcome operator_end(const struct frame *frame);
enum outcome operator_remove(const struct frame *frame);
enum outcome operator_folder(const struct frame *frame);
/* Forget what a session that is over was at. */
void operator_step(void);
/* Return the file that was written, all of it, and has no name yet; NODES: there is none.  Forget it. */
uint32_t operator_written(void);
void operator_forget(void);
/* Answer with a RESULT: an error if it is negative. */
enum outcome operator_answer(int32_t result);
/* Do a piece of a frame's work, aside if it says so; false: it is not done yet.  It is given the frame, whose payload
 * is there until it pauses. */
bool operator_done(aside_work *work, const struct frame *frame, int32_t *result);
bool operator_busy(void); /* it has begun */
/* The same, and answer with what comes of it. */
enum outcome operator_do(aside_work *work, const struct frame *frame);

/* --- runs.c: processes, and a program that the operator runs -------------------------------------------------- */

void runs_start(void);
enum outcome runs_list(const struct frame *frame);
enum outcome runs_begin(const struct frame *frame);
enum outcome runs_kill(const struct frame *frame);
/* Send what the program has written, and that it has ended. */
bool runs_step(void);
/* A process has ended. */
void runs_ended(const struct process *process);
/* Write to what the program `run` has as its output; as terminal_write. */
int32_t runs_write(struct process *process, uint32_t run, const uint8_t *from, uint32_t size);

/* --- quarantine.c: processes that are frozen ------------------------------------------------------------------ */

bool quarantine_holds(uint32_t id); /* a process is frozen, by its number */
enum outcome quarantine_list(const struct frame *frame);
enum outcome quarantine_order(const struct frame *frame);
enum outcome quarantine_read(const struct frame *frame);

/* --- vaccines.c ----------------------------------------------------------------------------------------------- */

enum outcome vaccines_list(const struct frame *frame);
enum outcome vaccines_order(const struct frame *frame);

/* --- scores.c: what the records say of the core's processes --------------------------------------------------- */

struct score {
    uint32_t last;                        /* word 0 of its SCORE: by its last call */
    uint32_t counts[VG_VERDICT_KILL + 1]; /* calls by verdict */
};

void scores_start(void);
void scores_take(const uint32_t *record); /* one that is not only counted */
/* Say what is known of a life in a slot; false: no call of it has been judged. */
bool scores_of(uint32_t slot, uint32_t life, struct score *score);

#endif
