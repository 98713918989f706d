/* The native board: the parts of the board that the firmware sees, as small models. */
#ifndef NATIVE_H
#define NATIVE_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vigilante.h"

#define NATIVE_POWER_CUT 1
#define NATIVE_RESET 2
#define NATIVE_STUCK 3 /* the firmware would neither work nor sleep */

/* The screening pipeline, elsewhere.  `event` answers with a record, and with the state of a SPILL. */
typedef struct {
    void (*event)(const uint32_t *event, const uint32_t *paths, uint32_t words, uint32_t *record, uint32_t *state);
    void (*load)(uint32_t address, uint32_t word);
    uint32_t (*status)(void); /* running, model and model_ready of VG_COPROCESSOR_STATUS */
    /* Vaccines: what `event`, `load` or `order` has left besides, a record at a time; the register birth_order; what is
     * told of one; what the register births_refused and vaccine_hits have. */
    bool (*more)(uint32_t *record);
    void (*order)(uint32_t slot, uint32_t tag); /* a tag for it, or VG_BIRTH_TAGS: make a vaccine */
    void (*page)(uint32_t number, uint32_t *page);
    uint32_t (*count)(uint32_t index); /* how often a vaccine has matched; beyond the last, how many were not made */
} native_pipeline;

void native_compress(bool first, uint32_t state[8], const uint32_t block[16]);

/* native.c: what the board tells its models.  Ends the run at a reset or when the power goes. */
void native_stop(int why);
jmp_buf *native_out(void); /* where it ends: whatever lets the firmware run sets it first */
uint64_t native_now(void);

/* aside.c: leaves the other stack for good, if that is where it is called. */
void aside_stop(int why);

/* Have the pipeline judge a call; its record waits like every other.  False: there is no place for one. */
bool native_judged(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS]);
bool native_half(void); /* half of the places for records are taken: on the board, an interrupt */

/* strings.c: copies the strings of a process's call that begins, as gateware does. */
struct process;
void native_take(struct process *process, uint32_t id);
uint32_t native_paths(uint32_t id);                  /* its path arguments, as VG_PATHS_* */
uint32_t native_string(uint32_t which, char *into);  /* what there is of a string; return its length */

/* judge.c: a process's call, judged; return the verdict. */
uint32_t judge_call(struct process *process, uint32_t id);
void judge_returned(const struct process *process); /* it is in user mode again */
void judge_born(uint32_t slot);
void judge_power_on(void);
void cell_power_on(void);

/* frozen.c: whose windows are shut; a clone of the process in `slot` is in the cell, VG_SLOTS: none is. */
void frozen_power_on(void);
void native_lodges(uint32_t slot);
bool native_stands(uint32_t slot);

/* scheduler.c: what the scheduler is told of a score. */
void native_scored(uint32_t slot, uint32_t score);
void scheduler_power_on(void);

/* counting.c: a record of a core's call: noted; true: it is counted, and nobody else need take it. */
bool native_counted(const uint32_t record[VG_RECORD_WORDS]);
bool counting_any(void);
void counting_power_on(void);

/* line.c: the line, and the link behind it. */
void line_power_on(void);
void line_take(uint8_t byte);
bool line_send(void); /* put the frame that was given first on the line; false if there was none */

/* chip.c: the flash chip. */
void chip_attach(uint8_t *bytes, uint32_t size);
/* Let the power go at the `operations`-th erase or program from now on, which is done in part; 0: never. */
void chip_cut(uint32_t operations, uint32_t seed);
void chip_cut_next(uint32_t operations, uint32_t seed); /* from the next power-on */
void chip_spoil(uint32_t address);
uint32_t chip_operations(void); /* so far */
bool chip_busy(void);
void chip_command(const uint8_t *send, uint32_t sent, const uint8_t *data, uint32_t count, uint8_t *receive,
                  uint32_t received);
const uint8_t *chip_window(uint32_t address);
void chip_power_on(void);

#endif
