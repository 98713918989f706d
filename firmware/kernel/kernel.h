/* What the firmware's files know of each other.
 *
 * The firmware is one loop (main.c) over stages that never wait: each does a bounded piece of work and says if
 * there was any.  A stage keeps all it has in one static struct, which its start function sets.  Arrays are indexed by
 * what has been checked; nothing is allocated.  Times are cycles since reset. */
#ifndef KERNEL_H
#define KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hardware.h"

/* False in kernels that screen nothing, which are there to measure what screening costs (`firmware/build.py`): they have
 * no events, copy strings themselves, and need no model.  With TABLE they dispatch by themselves, too. */
#ifdef UNSCREENED
#define SCREENED false
#else
#define SCREENED true
#endif

#define FIRMWARE_NAME "vigilante firmware 0.2.0"
#define NEVER UINT64_MAX
#ifdef __riscv
#define ONCE __attribute__((section(".once.text"), noinline))      /* boot alone needs it: gone afterwards */
#define ONCE_DATA __attribute__((section(".once.rodata")))
#else
#define ONCE
#define ONCE_DATA
#endif
#define NOT_CLEARED __attribute__((section(".noinit"))) /* large, and written before it is read */

/* memory.c, or the C library where there is one */
void *memcpy(void *restrict into, const void *restrict from, size_t bytes);
void *memmove(void *into, const void *from, size_t bytes);
void *memset(void *into, int byte, size_t bytes);
int memcmp(const void *left, const void *right, size_t bytes);

/* Return the earlier of two times. */
static inline uint64_t earlier(uint64_t left, uint64_t right)
{
    return left < right ? left : right;
}

/* Return how many words hold so many bytes. */
static inline uint32_t words_of(uint32_t bytes)
{
    return (bytes + 3) / 4;
}

/* Return the bytes of credit that a frame with so many of payload uses. */
static inline uint32_t cost_of(uint32_t payload)
{
    return 8 + 4 * words_of(payload);
}

/* A field's bits in the word that it lies in, and its value; quicker than VG_GET where every cycle counts. */
#define BITS(FIELD) ((((uint32_t)1 << FIELD##_WIDTH) - 1) << FIELD##_OFFSET % 32)
#define PART(word, FIELD) ((word) >> FIELD##_OFFSET % 32 & (((uint32_t)1 << FIELD##_WIDTH) - 1))
#define RARE __attribute__((noinline, cold))

/* --- main.c -------------------------------------------------------------------------------------------------- */

void kernel_start(uint32_t place); /* of flash, that the firmware is from: 0 or 1 */
/* Do a piece of work.  Return 0 if there may be more, else the time until which nothing is to be done; `*frames`
 * is then whether a frame that arrives is news. */
uint64_t kernel_step(bool *frames);
/* There is work that no interrupt tells of: a step is to be made before the next process runs. */
void kernel_stir(void);
bool kernel_stirred(void);
/* Reset the board once what has been said is sent and kept. */
void kernel_reset_soon(void);
uint32_t kernel_boot_cycles(void);
uint32_t kernel_firmware(void); /* first 32 bits of its digest */

/* --- clock.c: time in seconds and milliseconds --------------------------------------------------------------- */

void clock_start(void);
/* Read the time; tell the pipeline when a second has passed.  All below is as of then. */
void clock_step(void);
uint64_t clock_now(void);
uint32_t clock_cycles(uint32_t milliseconds); /* at most some seconds */
uint64_t clock_soon(void);                     /* when to look again at what the gateware is at */
uint32_t clock_seconds(void);
uint32_t clock_milliseconds(void); /* within the second */
uint32_t clock_sixteenths(void); /* of seconds, as events of the core carry them: not of the last step, but now */
uint32_t clock_within(void);       /* cycles within the second */
uint32_t clock_nanoseconds(void);  /* of a cycle */
uint64_t clock_alarm(void);

/* --- digest.c: SHA-256 by the gateware, CRC-32 --------------------------------------------------------------- */

/* Give `bytes` to a digest, in pieces of whole blocks but for the last; `total` is what all come to. */
void digest_begin(void);
void digest_add(const uint8_t *bytes, uint32_t count);
void digest_end(uint32_t digest[8]); /* as the contract's digest words: little-endian */
uint32_t crc_of(const uint32_t *words, uint32_t count);

/* --- link.c: sessions; numbered frames in order, none lost, none twice --------------------------------------- */

#define ANSWER_BYTES 96 /* payload that every handler may count on: the longest REFUSED */

struct frame {
    uint32_t type;
    uint32_t sequence;
    uint32_t bytes;          /* of payload */
    const uint32_t *payload; /* stays where it is until the next link_arrive */
};

void link_start(void);
/* Take note of all that has arrived; answer what is not numbered. */
void link_arrive(void);
/* Hand frames to the line, acknowledge, send again.  `idle`: nothing else is to be done. */
void link_serve(bool idle);
uint64_t link_alarm(void);
bool link_session(void);
/* Counts sessions: a change tells that another one began or that it ended. */
uint32_t link_epoch(void);
/* Return the numbered frame that is next in order; false if there is none. */
bool link_front(struct frame *front);
/* The frame in front is obeyed: the next one comes to the front. */
void link_done(void);
bool link_drained(void); /* all is sent and acknowledged */
void link_report(uint32_t *status); /* its fields of STATUS */

/* --- send.c: numbered frames until they are acknowledged ----------------------------------------------------- */

/* Say whether a frame with `payload` bytes, or several that together cost as much, can be opened. */
bool send_room(uint32_t payload);
#define SEND_MOST 3072 /* bytes of payload in any frame */
/* Open a frame with at most `payload` bytes; return where they go, or NULL: no session, or no room.  One at a time
 * is open; `send_close` sends it with so many bytes, or forgets it with none. */
uint32_t *send_open(uint32_t type, uint32_t payload);
void send_close(uint32_t payload);

/* For link.c: all that was to be sent is dropped, a session begins with so much credit. */
void send_forget(uint32_t credit);
void send_acknowledged(const uint32_t *payload); /* an ACK's */
/* Let go of what is acknowledged, once the gateware has read what it was given until then. */
void send_retire(void);
void send_serve(void);
uint64_t send_alarm(void);
bool send_drained(void);
uint32_t send_resent(void);
void send_start(void);
/* What is not numbered is sent from words of its own, from `word` on: return where its payload goes; send it, and
 * return how many frames have been given to the gateware with it; say by that number if it is still to be read. */
#define SEND_SCRATCH_WORDS 64
uint32_t *send_scratch(uint32_t word);
uint32_t send_aside(uint32_t word, uint32_t type, uint32_t payload);
bool send_in_hand(uint32_t handed);

/* --- serve.c: obeys numbered frames -------------------------------------------------------------------------- */

enum outcome {
    OUTCOME_DONE, /* the frame is obeyed */
    OUTCOME_MORE, /* some of it is: go on with it */
    OUTCOME_WAIT, /* it cannot be now: try again */
};

bool serve_step(void);
/* Refuse a frame; there is room.  Text says what would have been right. */
enum outcome serve_refuse(const struct frame *frame, enum vg_refusal reason, const char *text);

/* --- screen.c: events in, records and counts out ------------------------------------------------------------- */

void screen_start(void);
enum outcome screen_events(const struct frame *frame);
enum outcome screen_mode(const struct frame *frame);
/* Send what is gathered of records; `true` if there was anything. */
bool screen_close(void);
bool screen_close_due(void); /* unless it may wait */
/* Take all records that wait, those of the core's calls: to be done before an event is offered, for the record that
 * comes first is taken for the event's.  Where there is no room for them they are shed. */
bool screen_drain(void); /* true: the security task has something to do for them */
/* A call is done: do the same now and then where there is a record of each, so that nobody has to be interrupted for it. */
bool screen_called_each(void);
extern bool screen_each; /* the host wants to see each */
static inline bool screen_called(void)
{
    return screen_each && screen_called_each();
}
bool screen_waits(void); /* there are such records, or: */
extern bool counts_timed; /* it is known until when counts may wait */
static inline bool screen_untimed(void) /* counts, and nobody knows until when they may wait */
{
    return SCREENED && !counts_timed && VG_FIELD(board_pipeline_status(), VG_COPROCESSOR_STATUS_COUNT_VALID);
}
/* No record of the host's is still to come, which another would be taken for. */
bool screen_settled(void);
/* Forward records that no event of the host's caused; send counts when it is time. */
bool screen_step(void);
uint64_t screen_alarm(void);
void screen_report(uint32_t *status);
/* Have a slot of the core's follow its process: a FORK, EXEC or EXIT, which nobody waits for.  One that is refused is
 * logged; whoever has no slot is denied every call.  False: there is no room. */
bool screen_follow(uint32_t head, uint32_t generation, uint32_t a0, uint32_t a1);
/* Screen one event that is not the host's, of so many words with its paths; records that it did not ask for are
 * forwarded.  False: they have to be taken first. */
bool screen_own(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS]);
/* The same for a self-test vector; and end what processes the vectors have begun and not ended. */
bool screen_vector(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS]);
void screen_end_vectors(void);
/* Screen a call of the kernel's own making: its record is told like any other. */
bool screen_call(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS]);
/* Check one event of a list, `left` words long: return its words with its paths, or 0 if they do not fit. */
uint32_t screen_extent(const uint32_t *event, uint32_t left);

/* --- counts.c: calls that leave as counts -------------------------------------------------------------------- */

void counts_start(void);
bool counts_add(const uint32_t *record); /* true: no more until they are sent */
bool counts_any(void);
uint64_t counts_alarm(void); /* when they are to be sent */
bool counts_send(void);      /* if there is room */
uint32_t counts_drop(void);  /* return how many calls they counted */
uint32_t counts_sent(void);  /* calls, so far */

/* --- slots.c: the pipeline's model slots --------------------------------------------------------------------- */

#define SLOTS_NONE VG_MODEL_SLOTS
uint32_t slots_in_force(void); /* or SLOTS_NONE */
uint32_t slots_address(uint32_t slot, uint32_t offset);
uint32_t slots_bit(uint32_t slot);   /* 0 for SLOTS_NONE */
void slots_ready(uint32_t bits);     /* which may be switched to */
bool slots_switch(uint32_t slot);    /* false if it is not in force then */

/* --- model.c: a model's way into a slot and into force ------------------------------------------------------- */

void model_start(void);
enum outcome model_begin(const struct frame *frame);
enum outcome model_data(const struct frame *frame);
enum outcome model_vectors(const struct frame *frame);
enum outcome model_end(const struct frame *frame);
enum outcome model_read(const struct frame *frame);
/* Go on with putting a model in force; false if there was nothing to be done. */
bool model_step(void);
/* A model is on its way into force: numbered frames wait. */
bool model_busy(void);
/* What is in force is not proven yet: no process runs. */
bool model_on_trial(void);
/* No model in force is known to be bad. */
bool model_fit(void);
uint32_t model_number(void); /* of the one in force: by its digest, never 0; 0: none is */

/* --- store.c: models in flash -------------------------------------------------------------------------------- */

struct stored {
    uint32_t area; /* 0 or 1 */
    uint32_t header[VG_FLASH_MODEL_WORDS];
};

/* Return the newest whole model, or NULL. */
const struct stored *store_newest(void);
extern uint32_t store_changes; /* how often another one has come to be the newest */
const uint8_t *store_image(const struct stored *found);
/* To keep a model: `store_copy` the image of a slot that is not in force, and once that is done and the model is to be
 * kept, `store_keep` its header, which needs number and check only.  Call store_step while it is BUSY. */
enum store_state { STORE_IDLE, STORE_BUSY, STORE_COPIED, STORE_KEPT, STORE_FAILED };
void store_start(void);
void store_copy(uint32_t slot);
void store_keep(const uint32_t header[VG_FLASH_MODEL_WORDS]);
enum store_state store_step(void);

/* --- flash.c: erase and program, one at a time --------------------------------------------------------------- */

void flash_start(void);
/* Nothing is under way in the chip.  What follows may be called only then. */
bool flash_ready(void);
bool flash_failed(void); /* what was begun last did not end in time */
void flash_erase(uint32_t address);
void flash_program(uint32_t address, const void *bytes, uint32_t count); /* within one page */
const uint8_t *flash_at(uint32_t address);
uint64_t flash_alarm(void);

/* --- log.c: a log in flash ----------------------------------------------------------------------------------- */

void log_start(void);
/* Add a line; %s, %u and %x with unsigned arguments.  A line for which there is no room is counted as shed. */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool log_step(void);
uint64_t log_alarm(void);
/* Keep what there is in flash now rather than later; true once it is. */
bool log_kept(void);
enum outcome log_read(const struct frame *frame);
void log_report(uint32_t *status);

/* --- policy.c ------------------------------------------------------------------------------------------------ */

void policy_start(void);
enum outcome policy_load(const struct frame *frame);

#endif
