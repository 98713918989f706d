/* hardware.h without a board: small models behind it, the pipeline elsewhere, time as a number.
 *
 * A run goes on until nothing is to be done within the time it was given.  A reset, or the power that goes, ends
 * it by a jump out of the firmware, whose state the next start sets anew. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "native.h"

#define CLOCK_DIVIDER 2133 /* 3 Mbaud at the board's clock, in 1/256 cycles a bit */
#define RECORDS 64
#define IDLE_MAX 1000
#define PIECE 64 /* bytes that come in one turn of the firmware's loop */

static struct {
    native_pipeline pipeline;
    jmp_buf out;
    bool running; /* the firmware has started */
    uint64_t now;
    uint32_t cycles;

    uint8_t slots[VG_MODEL_SLOTS][VG_IMAGE_BYTES];
    uint32_t records[RECORDS][VG_RECORD_WORDS], record_count;
    uint32_t state[VG_STATE_WORDS];
    bool state_valid;
    uint32_t sha[VG_SHA256_DIGEST_COUNT];
    uint32_t locks;
    uint32_t tampering[VG_FRAME_TAMPER_WORDS]; /* what the next start is told */
} native;

uint32_t board_late[BOARD_LATE_BYTES / 4];

/* --- the board ----------------------------------------------------------------------------------------------- */

uint32_t board_clock(void)
{
    return VG_CLOCK_HZ;
}

uint32_t board_features(void)
{
    return VG_VALUE(VG_SYSTEM_FEATURES_SIMULATED, 1) | VG_VALUE(VG_SYSTEM_FEATURES_CELL, 1);
}

uint32_t board_build(void)
{
    return 0;
}

uint32_t board_line_divider(void)
{
    return CLOCK_DIVIDER;
}

bool board_trap(uint32_t why[3])
{
    (void)why;
    return false;
}

bool board_tampering(uint32_t record[VG_FRAME_TAMPER_WORDS])
{
    memcpy(record, native.tampering, sizeof native.tampering);
    memset(native.tampering, 0, sizeof native.tampering);
    return record[0];
}

void board_reset(void)
{
    native_stop(NATIVE_RESET);
}

uint64_t board_now(void)
{
    return native.now;
}

uint64_t native_now(void)
{
    return native.now;
}

#define LOOK_CYCLES 500 /* as if each look took that long: whoever counts them gets somewhere */

uint32_t board_cycles(void)
{
    return native.cycles += LOOK_CYCLES;
}

/* --- the pipeline -------------------------------------------------------------------------------------------- */

uint32_t board_pipeline_status(void)
{
    return native.pipeline.status() | VG_VALUE(VG_COPROCESSOR_STATUS_RECORD_VALID, native.record_count != 0) |
           VG_VALUE(VG_COPROCESSOR_STATUS_COUNT_VALID, counting_any());
}

uint32_t board_pipeline_locks(void)
{
    return native.locks;
}

uint32_t board_pipeline_shed(void)
{
    return 0;
}

bool board_record(uint32_t record[VG_RECORD_WORDS])
{
    if (!native.record_count)
        return false;
    memcpy(record, native.records[0], VG_RECORD_BYTES);
    memmove(native.records[0], native.records[1], --native.record_count * sizeof native.records[0]);
    return true;
}

bool native_half(void)
{
    return native.record_count >= RECORDS / 2;
}

/* Take the records that nobody has asked for: of vaccines. */
static void take_more(void)
{
    uint32_t record[VG_RECORD_WORDS];
    while (native.record_count < RECORDS && native.pipeline.more(record))
        memcpy(native.records[native.record_count++], record, VG_RECORD_BYTES);
}

void board_birth_order(uint32_t slot)
{
    native.pipeline.order(slot, VG_BIRTH_TAGS);
    take_more();
}

void board_birth_tag(uint32_t slot, uint32_t tag)
{
    native.pipeline.order(slot, tag);
}

void board_birth_page(uint32_t number, uint32_t page[3])
{
    native.pipeline.page(number, page);
}

uint32_t board_births_refused(void)
{
    return native.pipeline.count(VG_VACCINES);
}

uint32_t board_vaccine_hits(uint32_t index)
{
    return native.pipeline.count(index);
}

/* Have the pipeline take an event; return its record, where it waits, or NULL. */
static const uint32_t *screened(const uint32_t *event, uint32_t words)
{
    uint32_t offered[VG_EVENT_WORDS], *record = native.records[native.record_count];
    if (native.record_count == RECORDS)
        return NULL;
    native.record_count++;
    memcpy(offered, event, sizeof offered);
    native.pipeline.event(offered, event + VG_EVENT_WORDS, words, record, native.state);
    native.state_valid = VG_GET(event, VG_EVENT_KIND) == VG_KIND_SPILL;
    take_more();
    return record;
}

bool native_judged(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS])
{
    const uint32_t *left = screened(event, words);
    if (!left)
        return false;
    memcpy(record, left, VG_RECORD_BYTES);
    if (native_counted(record))
        native.record_count--;
    return true;
}

bool board_waiting(uint32_t record[VG_RECORD_WORDS])
{
    return board_record(record);
}

bool board_follow(uint32_t head, uint32_t generation, uint32_t a0, uint32_t a1)
{
    const uint32_t event[VG_EVENT_WORDS] = {head, generation, a0, a1};
    uint32_t record[VG_RECORD_WORDS];
    if (!native_judged(event, 0, record))
        return false;
    if (VG_GET(event, VG_EVENT_KIND) == VG_KIND_FORK)
        judge_born(a0);
    return true;
}

enum answer board_screen(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS])
{
    if (!screened(event, words))
        return ANSWER_FULL;
    if (VG_GET(event, VG_EVENT_SOURCE) == 0 && VG_GET(event, VG_EVENT_KIND) == VG_KIND_CLEAR)
        judge_born(VG_GET(event, VG_EVENT_SLOT));
    return board_record(record) ? ANSWER_RECORD : ANSWER_NONE;
}

bool board_state(uint32_t state[VG_STATE_WORDS])
{
    bool valid = native.state_valid;
    memcpy(state, native.state, VG_STATE_BYTES);
    native.state_valid = false;
    return valid;
}

static uint32_t slot_in_force(void)
{
    uint32_t status = native.pipeline.status();
    return VG_FIELD(status, VG_COPROCESSOR_STATUS_RUNNING) ? VG_FIELD(status, VG_COPROCESSOR_STATUS_MODEL)
                                                            : VG_MODEL_SLOTS;
}

static void load(uint32_t address, uint32_t word)
{
    uint32_t target = address >> 16, offset = address & 0xFFFF;
    if (target == VG_TARGET_MODEL0 || target == VG_TARGET_MODEL1) {
        if (target != slot_in_force() && offset < VG_IMAGE_BYTES)
            native.slots[target][offset] = (uint8_t)word;
        return;
    }
    native.pipeline.load(address, word);
    take_more();
}

void board_load(uint32_t address, const uint32_t *words, uint32_t count)
{
    for (uint32_t word = 0; word < count; word++)
        load(address + word, words[word]);
}

void board_load_bytes(uint32_t address, const uint8_t *bytes, uint32_t count)
{
    for (uint32_t byte = 0; byte < count; byte++)
        load(address + byte, bytes[byte]);
}

void board_load_read(uint32_t address, uint8_t *bytes, uint32_t count)
{
    for (; count; count--, address++) {
        uint32_t slot = address >> 16, offset = address & 0xFFFF;
        bool there = slot < VG_MODEL_SLOTS && slot != slot_in_force() && offset < VG_IMAGE_BYTES;
        *bytes++ = there ? native.slots[slot][offset] : 0;
    }
}

void board_sha256_block(bool first, const uint32_t block[VG_SHA256_BLOCK_COUNT])
{
    native_compress(first, native.sha, block);
}

void board_sha256_state(uint32_t state[VG_SHA256_DIGEST_COUNT])
{
    for (unsigned word = 0; word < VG_SHA256_DIGEST_COUNT; word++)
        state[word] = __builtin_bswap32(native.sha[word]);
}

void board_flash_command(const uint8_t *send, uint32_t sent, const uint8_t *data, uint32_t count, uint8_t *receive,
                         uint32_t received)
{
    chip_command(send, sent, data, count, receive, received);
}

const uint8_t *board_flash_window(uint32_t address)
{
    return chip_window(address);
}

void board_sleep(uint64_t alarm, bool frames)
{
    (void)frames;
    if (native.now < alarm)
        native.now = alarm;
}

/* --- runs ---------------------------------------------------------------------------------------------------- */

void native_stop(int why)
{
    aside_stop(why);
    native.running = false;
    longjmp(native.out, why);
}

jmp_buf *native_out(void)
{
    return &native.out;
}

/* What a reset clears: the gateware's registers, not the flash. */
static void power_on(void)
{
    native.now = 0;
    native.record_count = 0;
    native.state_valid = false;
    native.locks = 0;
    line_power_on();
    memset(native.slots, 0, sizeof native.slots);
    chip_power_on();
    scheduler_power_on();
    judge_power_on();
    counting_power_on();
    cell_power_on();
    frozen_power_on();
}

/* Attach the pipeline and the flash.  The board is off until native_run. */
void native_attach(const native_pipeline *pipeline, uint8_t *flash, uint32_t size)
{
    native.pipeline = *pipeline;
    native.running = false;
    chip_attach(flash, size);
}

/* Take `count` bytes off the line and run until nothing is to be done for `cycles`.  Return how the run ended: 0,
 * or why it was cut short; then the next one begins from reset. */
int native_run(const uint8_t *bytes, uint32_t count, uint64_t cycles)
{
    volatile uint32_t taken = 0;
    int why = setjmp(native.out);
    if (why)
        return why;
    if (!native.running) {
        power_on();
        native.running = true;
        kernel_start(0);
    }
    uint64_t end = native.now + cycles;
    uint32_t idle = 0; /* steps without work at which no time was to pass either */
    for (;;) {
        bool frames = false;
        /* Bytes come as fast as the firmware turns. */
        for (uint32_t piece = 0; taken < count && piece < PIECE; piece++)
            line_take(bytes[taken++]);
        uint64_t alarm = kernel_step(&frames);
        bool line = line_send();
        if (alarm == 0 || line || taken < count)
            continue;
        if (alarm > end && !chip_busy())
            break;
        idle = alarm > native.now ? 0 : idle + 1;
        if (idle == IDLE_MAX)
            return NATIVE_STUCK;
        board_sleep(alarm, frames);
    }
    if (native.now < end)
        native.now = end;
    return 0;
}

/* Reset the board, as a button would. */
void native_reset(void)
{
    native.running = false;
}

/* The bytes of a model slot, to look at or to damage. */
uint8_t *native_slot(uint32_t slot)
{
    return native.slots[slot % VG_MODEL_SLOTS];
}

uint64_t native_time(void)
{
    return native.now;
}

/* A record leaves the pipeline, as one of a vaccine that expires does. */
void native_record(const uint32_t *record)
{
    if (!native_counted(record) && native.record_count < RECORDS)
        memcpy(native.records[native.record_count++], record, VG_RECORD_BYTES);
}

/* Lock tables until a reset, as a program's write to the register does. */
void native_lock(uint32_t locks)
{
    native.locks |= locks;
}

/* Let the next start be told of what was broken before it. */
void native_tamper(const uint32_t *record)
{
    memcpy(native.tampering, record, sizeof native.tampering);
}
