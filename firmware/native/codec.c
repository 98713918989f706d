/* COBS and CRC-32, see codec.h. */
#include "codec.h"

#define RUN_MAX 254 /* bytes other than zero behind one code byte */

uint32_t codec_crc(const uint8_t *bytes, size_t count)
{
    uint32_t crc = UINT32_MAX;
    for (size_t place = 0; place < count; place++) {
        crc ^= bytes[place];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (VG_LINK_CRC_POLYNOMIAL & (0u - (crc & 1)));
    }
    return ~crc;
}

size_t codec_encode(const uint8_t *frame, size_t count, uint8_t *wire)
{
    uint32_t crc = codec_crc(frame, count);
    size_t code = 0, end = 1;
    for (size_t place = 0; place < count + VG_LINK_CRC_BYTES; place++) {
        uint8_t byte = place < count ? frame[place] : (uint8_t)(crc >> 8 * (place - count));
        /* A run is closed when more follows, so a full one at the very end gets no empty one behind it. */
        if (end - code == RUN_MAX + 1) {
            wire[code] = RUN_MAX + 1;
            code = end++;
        }
        if (byte == 0) {
            wire[code] = (uint8_t)(end - code);
            code = end++;
        } else {
            wire[end++] = byte;
        }
    }
    wire[code] = (uint8_t)(end - code);
    wire[end++] = VG_LINK_DELIMITER;
    return end;
}

int32_t codec_decode(const uint8_t *wire, size_t count, uint8_t *frame)
{
    size_t length = 0, place = 0;
    uint32_t crc = 0;
    while (place < count) {
        size_t code = wire[place++];
        if (code == 0 || code - 1 > count - place)
            return -1;
        for (size_t left = code - 1; left; left--) {
            if (wire[place] == 0)
                return -1;
            frame[length++] = wire[place++];
        }
        if (code <= RUN_MAX && place < count)
            frame[length++] = 0;
    }
    if (length < VG_FRAME_HEADER_BYTES + VG_LINK_CRC_BYTES || length > CODEC_FRAME_BYTES + VG_LINK_CRC_BYTES)
        return -1;
    length -= VG_LINK_CRC_BYTES;
    for (unsigned byte = 0; byte < VG_LINK_CRC_BYTES; byte++)
        crc |= (uint32_t)frame[length + byte] << 8 * byte;
    return crc == codec_crc(frame, length) ? (int32_t)length : -1;
}
