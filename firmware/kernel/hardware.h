/* Every access to a register or a window of the bus goes through these functions.
 *
 * board.c has them for the board, native/native.c for a build that runs on any computer.  Nothing else in the
 * firmware names a register, so the rest is the same in both.  Times are cycles since reset. */
#ifndef HARDWARE_H
#define HARDWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "vigilante.h"

/* What this board is. */
uint32_t board_clock(void); /* cycles per second */
uint32_t board_features(void);
uint32_t board_build(void);
uint32_t board_line_divider(void);
/* Return why the board was last reset by a trap (mcause, mepc, mtval), once; false if it was not. */
bool board_trap(uint32_t why[3]);
/* Return what was broken before the last reset, as the contract's TAMPER, once; false if nothing was. */
bool board_tampering(uint32_t record[VG_FRAME_TAMPER_WORDS]);
/* Reset the board.  On the board it does not return; what calls it returns at once where it does. */
void board_reset(void);

/* Time.  `board_cycles` is the core's own counter: differences of it are what a piece of work took. */
uint64_t board_now(void);
uint32_t board_cycles(void);
/* Sleep until `alarm`, or, with `frames`, until a frame that is not released waits.  May return earlier. */
void board_sleep(uint64_t alarm, bool frames);

/* Go on with a process: until `alarm`, until records pile up, or, with `frames`, until a frame that is not released
 * waits. */
void board_interrupt(uint64_t alarm, bool frames);
bool board_interrupted(void); /* one of these has come */

/* Processes: the slot and life that calls are from now on, and where the user regions lie, in granules of memory. */
void board_process(uint32_t slot, uint32_t generation);
void board_freeze(uint32_t slot, bool on); /* nothing of the process in a slot runs, whoever picks it; or it may again */
/* Who runs next: which slots are ready; that one has run for so many ticks, or is ready that was not, `fresh` for its
 * first time; and the one that is to run, NOBODY if none is ready. */
void board_ready(uint32_t slots);
void board_ran(uint32_t slot, uint32_t ticks);
void board_woken(uint32_t slot, bool fresh);
uint32_t board_pick(void);
void board_cwd(uint32_t seed); /* where its relative paths start: node | excess << 8 */
/* What became of the strings of the call in progress, as the register `strings` has it, and where they stand. */
uint32_t board_strings(void);
const char *board_string_areas(void);
void board_windows(uint32_t text, uint32_t text_limit, uint32_t data, uint32_t data_limit);
/* Memory for processes and files: where it begins, in `*granules`, and as which granule. */
uint8_t *board_pool(uint32_t *granules);
uint32_t board_pool_place(void);

/* Memory that may be used once boot is over: what only boot needs lies there (kernel.ld). */
#define BOARD_LATE_BYTES 8448
extern uint32_t board_late[BOARD_LATE_BYTES / 4];

/* Another stack: begin there with `work`, which never returns, at the first `enter`; enter it, and return when it
 * leaves; leave it. */
void board_aside_begin(uint32_t *stack, uint32_t bytes, void (*work)(void));
void board_aside_enter(void);
void board_aside_leave(void);

/* Frames: places and rings as the contract's `link` has them. */
uint32_t board_link_received(void);
void board_link_release(uint32_t place);
const uint32_t *board_receive_ring(void);
uint32_t *board_send_ring(void);
void board_link_send(uint32_t place, uint32_t bytes);
uint32_t board_link_room(void);
uint32_t board_link_sent(void);
bool board_link_idle(void);
uint32_t board_link_damaged(void);
uint32_t board_link_dropped(void);
/* Put `count` zero bytes on the line; only while nothing is being sent. */
void board_line_zeros(uint32_t count);

/* The screening pipeline. */
uint32_t board_pipeline_status(void); /* the fields of VG_COPROCESSOR_STATUS */
uint32_t board_pipeline_locks(void);  /* the fields of VG_COPROCESSOR_LOCK */
uint32_t board_pipeline_shed(void);
/* Offer an event; `words` words of its path stream follow it in memory.  Take the record that comes first. */
enum answer {
    ANSWER_FULL,   /* the event was not taken: records have to be taken first */
    ANSWER_NONE,   /* it was, but no record came within some hundred cycles */
    ANSWER_RECORD, /* there it is */
};
enum answer board_screen(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS]);
/* Offer a FORK, EXEC or EXIT of these words, all others 0; false: there is no room.  While calls are counted it leaves a
 * record only if it is refused. */
bool board_follow(uint32_t head, uint32_t generation, uint32_t a0, uint32_t a1);
bool board_waiting(uint32_t record[VG_RECORD_WORDS]); /* take the oldest record, if one waits */
/* Take the oldest record or a spilled state; false if none comes within some hundred cycles. */
bool board_record(uint32_t record[VG_RECORD_WORDS]);
bool board_state(uint32_t state[VG_STATE_WORDS]);
/* Calls of the core's that are allowed: have them counted, or leave records; how many entries wait; between which records
 * their calls are; take the oldest ones, as AGGREGATE_ENTRYs, and return of how many calls. */
void board_counting(bool on);
uint32_t board_counted(void);
void board_counted_span(uint32_t *from, uint32_t *to);
uint32_t board_counts(uint32_t *into, uint32_t entries);
void board_score(uint32_t slot, uint32_t score[VG_SCORE_WORDS]); /* what was last said of the process in a slot */
/* Write to the load port, each word or byte one address further. */
void board_load(uint32_t address, const uint32_t *words, uint32_t count);
void board_load_bytes(uint32_t address, const uint8_t *bytes, uint32_t count);
/* Vaccines that the pipeline makes: have the last call of a slot be one; which program, by its tag, runs in a slot; the
 * key's two words and the mask of one; how many it did not make; how often one, by its index, has matched. */
void board_birth_order(uint32_t slot);
void board_birth_tag(uint32_t slot, uint32_t tag);
void board_birth_page(uint32_t number, uint32_t page[3]);
uint32_t board_births_refused(void);
uint32_t board_vaccine_hits(uint32_t index);
/* Read bytes of the model slot that is not in force. */
void board_load_read(uint32_t address, uint8_t *bytes, uint32_t count);

/* The cell: a register of it by its address; and the clone's data window, while it stands. */
uint32_t board_cell_read(uint32_t address);
void board_cell_write(uint32_t address, uint32_t value);
uint8_t *board_cell_memory(void);

/* SHA-256: take in a block of 16 words, most significant byte first; read the state. */
void board_sha256_block(bool first, const uint32_t block[VG_SHA256_BLOCK_COUNT]);
void board_sha256_state(uint32_t state[VG_SHA256_DIGEST_COUNT]);

/* The flash: send bytes, then receive bytes, with the chip selected; and the window, while no command is under way
 * in the chip. */
void board_flash_command(const uint8_t *send, uint32_t sent, const uint8_t *data, uint32_t count, uint8_t *receive,
                         uint32_t received);
const uint8_t *board_flash_window(uint32_t address);

#endif
