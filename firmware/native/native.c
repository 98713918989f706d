/* hardware.h without a board: small models behind it, the pipeline elsewhere, time as a number.
 *
 * A run goes on until nothing is to be done within the time it was given.  A reset, or the power that goes, ends it
 * by a jump out of the firmware, whose state the next start sets anew. */
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "kernel.h"
#include "native.h"

#define CLOCK_DIVIDER 2133 /* 3 Mbaud at the board's clock, in 1/256 cycles a bit */
#define QUEUE 16
#define WIRE_MAX CODEC_WIRE_BYTES(CODEC_FRAME_BYTES)
#define OUTPUT_MAX (1u << 20)
#define RECORDS 64
#define IDLE_MAX 1000

static struct {
    native_pipeline pipeline;
    jmp_buf out;
    bool running; /* the firmware has started */
    uint64_t now;
    uint32_t cycles;

    uint32_t receive[2 * VG_RING_WORDS], send[2 * VG_RING_WORDS];
    uint32_t received, released, damaged, dropped, sent;
    uint8_t wire[WIRE_MAX];
    uint32_t wire_bytes;
    bool wire_long;
    struct { uint32_t place, bytes, crc; } queue[QUEUE];
    uint32_t queued;
    uint8_t output[OUTPUT_MAX];
    uint32_t output_bytes;

    uint8_t slots[VG_MODEL_SLOTS][VG_IMAGE_BYTES];
    uint32_t records[RECORDS][VG_RECORD_WORDS], record_count;
    uint32_t state[VG_STATE_WORDS];
    bool state_valid;
    uint32_t sha[VG_SHA256_DIGEST_COUNT];
} native;

/* --- the board ----------------------------------------------------------------------------------------------------- */

uint32_t board_clock(void)
{
    return VG_CLOCK_HZ;
}

uint32_t board_features(void)
{
    return VG_VALUE(VG_SYSTEM_FEATURES_SIMULATED, 1);
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

uint32_t board_cycles(void)
{
    return native.cycles++;
}

/* --- the link ------------------------------------------------------------------------------------------------------ */

uint32_t board_link_received(void)
{
    return native.received;
}

void board_link_release(uint32_t place)
{
    if (((place - native.released) & (2 * VG_RING_WORDS - 1)) >
        ((native.received - native.released) & (2 * VG_RING_WORDS - 1)))
        abort(); /* what has not come yet cannot be released */
    /* Whoever still looks at what he has released is found out. */
    for (; native.released != place; native.released = (native.released + 1) & (2 * VG_RING_WORDS - 1)) {
        uint32_t word = native.released & (VG_RING_WORDS - 1);
        native.receive[word] = native.receive[word + VG_RING_WORDS] = 0xDEADDEAD;
    }
}

const uint32_t *board_receive_ring(void)
{
    return native.receive;
}

uint32_t *board_send_ring(void)
{
    return native.send;
}

void board_link_send(uint32_t place, uint32_t bytes)
{
    if (native.queued == QUEUE || place >= VG_RING_WORDS || bytes < VG_FRAME_HEADER_BYTES ||
        bytes > CODEC_FRAME_BYTES)
        abort();
    native.queue[native.queued].place = place;
    native.queue[native.queued].crc = codec_crc((const uint8_t *)(native.send + place), bytes);
    native.queue[native.queued++].bytes = bytes;
}

/* Put the frame that was given first on the line. */
static void send_one(void)
{
    if (!native.queued || native.output_bytes + WIRE_MAX > OUTPUT_MAX)
        return;
    const uint8_t *frame = (const uint8_t *)(native.send + native.queue[0].place);
    if (codec_crc(frame, native.queue[0].bytes) != native.queue[0].crc)
        abort(); /* its place was used again before it was read */
    native.output_bytes += (uint32_t)codec_encode(frame, native.queue[0].bytes, native.output + native.output_bytes);
    memmove(native.queue, native.queue + 1, --native.queued * sizeof native.queue[0]);
    native.sent++;
}

uint32_t board_link_room(void)
{
    return QUEUE - native.queued;
}

uint32_t board_link_sent(void)
{
    return native.sent & 0xFFFF;
}

bool board_link_idle(void)
{
    return native.queued == 0;
}

uint32_t board_link_damaged(void)
{
    return native.damaged;
}

uint32_t board_link_dropped(void)
{
    return native.dropped;
}

void board_line_zeros(uint32_t count)
{
    for (; count && native.output_bytes < OUTPUT_MAX; count--)
        native.output[native.output_bytes++] = 0;
}

/* A delimiter has come: put the frame before it into the ring. */
static void end_frame(void)
{
    static uint32_t frame[(WIRE_MAX + 3) / 4];
    int32_t bytes = native.wire_long ? -1 : codec_decode(native.wire, native.wire_bytes, (uint8_t *)frame);
    bool any = native.wire_bytes || native.wire_long;
    native.wire_bytes = 0;
    native.wire_long = false;
    if (!any)
        return;
    if (bytes < 0) {
        native.damaged++;
        return;
    }
    uint32_t words = 1 + words_of((uint32_t)bytes);
    if (words > VG_RING_WORDS - ((native.received - native.released) & (2 * VG_RING_WORDS - 1))) {
        native.dropped++;
        return;
    }
    for (uint32_t word = 0; word < words; word++) {
        uint32_t place = (native.received + word) & (VG_RING_WORDS - 1);
        native.receive[place] = native.receive[place + VG_RING_WORDS] = word ? frame[word - 1] : (uint32_t)bytes;
    }
    native.received = (native.received + words) & (2 * VG_RING_WORDS - 1);
}

static void take_byte(uint8_t byte)
{
    if (byte == VG_LINK_DELIMITER)
        end_frame();
    else if (native.wire_bytes < WIRE_MAX)
        native.wire[native.wire_bytes++] = byte;
    else
        native.wire_long = true;
}

/* --- the pipeline -------------------------------------------------------------------------------------------------- */

uint32_t board_pipeline_status(void)
{
    return native.pipeline.status() | VG_VALUE(VG_COPROCESSOR_STATUS_RECORD_VALID, native.record_count != 0);
}

uint32_t board_pipeline_locks(void)
{
    return 0;
}

uint32_t board_pipeline_shed(void)
{
    return 0;
}

bool board_event(const uint32_t *event, uint32_t words)
{
    uint32_t offered[VG_EVENT_WORDS];
    if (native.record_count == RECORDS)
        return false;
    memcpy(offered, event, sizeof offered);
    native.pipeline.event(offered, event + VG_EVENT_WORDS, words, native.records[native.record_count++], native.state);
    native.state_valid = (offered[0] & 15) == VG_KIND_SPILL;
    return true;
}

bool board_record(uint32_t record[VG_RECORD_WORDS])
{
    if (!native.record_count)
        return false;
    memcpy(record, native.records[0], VG_RECORD_BYTES);
    memmove(native.records[0], native.records[1], --native.record_count * sizeof native.records[0]);
    return true;
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
        *bytes++ = slot < VG_MODEL_SLOTS && slot != slot_in_force() && offset < VG_IMAGE_BYTES ? native.slots[slot][offset] : 0;
    }
}

void board_sha256_block(bool first, const uint32_t block[VG_SHA256_BLOCK_COUNT])
{
    native_compress(first, native.sha, block);
}

void board_sha256_state(uint32_t state[VG_SHA256_DIGEST_COUNT])
{
    memcpy(state, native.sha, sizeof native.sha);
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

/* --- runs ---------------------------------------------------------------------------------------------------------- */

void native_stop(int why)
{
    native.running = false;
    longjmp(native.out, why);
}

/* What a reset clears: the gateware's registers, not the flash. */
static void power_on(void)
{
    native.now = 0;
    native.received = native.released = native.damaged = native.dropped = native.sent = 0;
    native.wire_bytes = native.queued = native.record_count = 0;
    native.wire_long = native.state_valid = false;
    memset(native.receive, 0xDE, sizeof native.receive);
    memset(native.slots, 0, sizeof native.slots);
    chip_power_on();
}

/* Attach the pipeline and the flash.  The board is off until native_run. */
void native_attach(const native_pipeline *pipeline, uint8_t *flash, uint32_t size)
{
    native.pipeline = *pipeline;
    native.running = false;
    chip_attach(flash, size);
}

/* Take `count` bytes off the line and run until nothing is to be done for `cycles`.  Return how the run ended: 0, or
 * why it was cut short; then the next one begins from reset. */
int native_run(const uint8_t *bytes, uint32_t count, uint64_t cycles)
{
    volatile uint32_t taken = 0;
    int why = setjmp(native.out);
    if (why)
        return why;
    if (!native.running) {
        power_on();
        native.running = true;
        kernel_start();
    }
    uint64_t end = native.now + cycles;
    uint32_t idle = 0; /* steps without work at which no time was to pass either */
    for (;;) {
        bool frames = false;
        uint32_t held = (native.received - native.released) & (2 * VG_RING_WORDS - 1);
        /* The host sends as fast as the ring takes it, so that flow control is what is tested. */
        for (uint32_t piece = 0; taken < count && piece < 64 && held < VG_RING_WORDS; piece++)
            take_byte(bytes[taken++]);
        uint64_t alarm = kernel_step(&frames);
        bool line = native.queued != 0;
        send_one();
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

/* Move what was sent to `into`, at most `room` bytes; return how many. */
uint32_t native_output(uint8_t *into, uint32_t room)
{
    uint32_t count = native.output_bytes < room ? native.output_bytes : room;
    memcpy(into, native.output, count);
    memmove(native.output, native.output + count, native.output_bytes - count);
    native.output_bytes -= count;
    return count;
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

/* Put a record among those that wait, as a vaccine that expires does. */
void native_record(const uint32_t *record)
{
    if (native.record_count < RECORDS)
        memcpy(native.records[native.record_count++], record, VG_RECORD_BYTES);
}
