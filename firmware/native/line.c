/* The line and the link's two rings, for the native board: bytes to frames and back. */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "kernel.h"
#include "native.h"

#define QUEUE 16
#define WIRE_MAX CODEC_WIRE_BYTES(CODEC_FRAME_BYTES)
#define OUTPUT_MAX (1u << 20)

static struct {
    uint32_t receive[2 * VG_RING_WORDS], send[2 * VG_RING_WORDS];
    uint32_t received, released, damaged, dropped, sent;
    uint8_t wire[WIRE_MAX];
    uint32_t wire_bytes;
    bool wire_long;
    struct { uint32_t place, bytes, crc; } queue[QUEUE];
    uint32_t queued;
    uint8_t output[OUTPUT_MAX];
    uint32_t output_bytes;
} line;

uint32_t board_link_received(void)
{
    return line.received;
}

void board_link_release(uint32_t place)
{
    if (((place - line.released) & (2 * VG_RING_WORDS - 1)) >
        ((line.received - line.released) & (2 * VG_RING_WORDS - 1)))
        abort(); /* what has not come yet cannot be released */
    /* Whoever still looks at what he has released is found out. */
    for (; line.released != place; line.released = (line.released + 1) & (2 * VG_RING_WORDS - 1)) {
        uint32_t word = line.released & (VG_RING_WORDS - 1);
        line.receive[word] = line.receive[word + VG_RING_WORDS] = 0xDEADDEAD;
    }
}

const uint32_t *board_receive_ring(void)
{
    return line.receive;
}

uint32_t *board_send_ring(void)
{
    return line.send;
}

void board_link_send(uint32_t place, uint32_t bytes)
{
    if (line.queued == QUEUE || place >= VG_RING_WORDS || bytes < VG_FRAME_HEADER_BYTES ||
        bytes > CODEC_FRAME_BYTES)
        abort();
    line.queue[line.queued].place = place;
    line.queue[line.queued].crc = codec_crc((const uint8_t *)(line.send + place), bytes);
    line.queue[line.queued++].bytes = bytes;
}

bool line_send(void)
{
    if (!line.queued || line.output_bytes + WIRE_MAX > OUTPUT_MAX)
        return line.queued != 0;
    const uint8_t *frame = (const uint8_t *)(line.send + line.queue[0].place);
    if (codec_crc(frame, line.queue[0].bytes) != line.queue[0].crc)
        abort(); /* its place was used again before it was read */
    line.output_bytes += (uint32_t)codec_encode(frame, line.queue[0].bytes, line.output + line.output_bytes);
    memmove(line.queue, line.queue + 1, --line.queued * sizeof line.queue[0]);
    line.sent++;
    return true;
}

uint32_t board_link_room(void)
{
    return QUEUE - line.queued;
}

uint32_t board_link_sent(void)
{
    return line.sent & 0xFFFF;
}

bool board_link_idle(void)
{
    return line.queued == 0;
}

uint32_t board_link_damaged(void)
{
    return line.damaged;
}

uint32_t board_link_dropped(void)
{
    return line.dropped;
}

void board_line_zeros(uint32_t count)
{
    for (; count && line.output_bytes < OUTPUT_MAX; count--)
        line.output[line.output_bytes++] = 0;
}

/* A delimiter has come: put the frame before it into the ring. */
static void end_frame(void)
{
    static uint32_t frame[(WIRE_MAX + 3) / 4];
    int32_t bytes = line.wire_long ? -1 : codec_decode(line.wire, line.wire_bytes, (uint8_t *)frame);
    bool any = line.wire_bytes || line.wire_long;
    line.wire_bytes = 0;
    line.wire_long = false;
    if (!any)
        return;
    if (bytes < 0) {
        line.damaged++;
        return;
    }
    uint32_t words = 1 + words_of((uint32_t)bytes);
    if (words > VG_RING_WORDS - ((line.received - line.released) & (2 * VG_RING_WORDS - 1))) {
        line.dropped++;
        return;
    }
    for (uint32_t word = 0; word < words; word++) {
        uint32_t place = (line.received + word) & (VG_RING_WORDS - 1);
        line.receive[place] = line.receive[place + VG_RING_WORDS] = word ? frame[word - 1] : (uint32_t)bytes;
    }
    line.received = (line.received + words) & (2 * VG_RING_WORDS - 1);
}

void line_take(uint8_t byte)
{
    if (byte == VG_LINK_DELIMITER)
        end_frame();
    else if (line.wire_bytes < WIRE_MAX)
        line.wire[line.wire_bytes++] = byte;
    else
        line.wire_long = true;
}

void line_power_on(void)
{
    line.received = line.released = line.damaged = line.dropped = line.sent = 0;
    line.wire_bytes = line.queued = 0;
    line.wire_long = false;
    memset(line.receive, 0xDE, sizeof line.receive);
}

/* Move what was sent to `into`, at most `room` bytes; return how many. */
uint32_t native_output(uint8_t *into, uint32_t room)
{
    uint32_t count = line.output_bytes < room ? line.output_bytes : room;
    memcpy(into, line.output, count);
    memmove(line.output, line.output + count, line.output_bytes - count);
    line.output_bytes -= count;
    return count;
}
