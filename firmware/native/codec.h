/* The frame codec: what the board does in gateware, in C for a build that runs on any computer. */
#ifndef CODEC_H
#define CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "vigilante.h"

/* Bytes on the wire at most for a frame of so many bytes, its CRC not counted, with the delimiter. */
#define CODEC_WIRE_BYTES(bytes) ((bytes) + VG_LINK_CRC_BYTES + ((bytes) + VG_LINK_CRC_BYTES) / 254 + 2)
/* The longest frame: header and payload. */
#define CODEC_FRAME_BYTES (VG_FRAME_HEADER_BYTES + VG_LINK_PAYLOAD_MAX)

uint32_t codec_crc(const uint8_t *bytes, size_t count);
/* Encode header and payload with their CRC and the delimiter into `wire`; return the bytes there. */
size_t codec_encode(const uint8_t *frame, size_t count, uint8_t *wire);
/* Decode what stood before a delimiter into `frame` (as many bytes as `wire`); return the bytes of header and
 * payload, or -1: damaged, too short, too long. */
int32_t codec_decode(const uint8_t *wire, size_t count, uint8_t *frame);

#endif
