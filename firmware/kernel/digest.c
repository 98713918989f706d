/* SHA-256 over bytes, block by block in the gateware; and the CRC-32 that headers in flash carry. */
#include "kernel.h"

#define BLOCK_BYTES (4 * VG_SHA256_BLOCK_COUNT)

static struct {
    union {
        uint8_t block[BLOCK_BYTES];
        uint32_t words[VG_SHA256_BLOCK_COUNT];
    };
    uint32_t filled, total;
} digest;

static void take_block(void)
{
    board_sha256_block(digest.total == 0, digest.words);
    digest.total += BLOCK_BYTES;
    digest.filled = 0;
}

void digest_begin(void)
{
    digest.filled = digest.total = 0;
}

void digest_add(const uint8_t *bytes, uint32_t count)
{
    while (count) {
        uint32_t part = BLOCK_BYTES - digest.filled < count ? BLOCK_BYTES - digest.filled : count;
        memcpy(digest.block + digest.filled, bytes, part);
        digest.filled += part;
        bytes += part;
        count -= part;
        if (digest.filled == BLOCK_BYTES)
            take_block();
    }
}

void digest_end(uint32_t result[8])
{
    uint32_t bytes = digest.total + digest.filled;
    digest.block[digest.filled++] = 0x80;
    if (digest.filled > BLOCK_BYTES - 8) {
        memset(digest.block + digest.filled, 0, BLOCK_BYTES - digest.filled);
        take_block();
    }
    memset(digest.block + digest.filled, 0, BLOCK_BYTES - digest.filled);
    for (uint32_t place = 0; place < 5; place++) /* the length in bits, least significant byte last */
        digest.block[BLOCK_BYTES - 1 - place] = (uint8_t)((uint64_t)bytes << 3 >> 8 * place);
    take_block();
    board_sha256_state(result);
}

/* Four bits at a time: the headers of files are what boot waits for. */
#define BIT(crc) ((crc) >> 1 ^ (VG_LINK_CRC_POLYNOMIAL & (0u - ((crc)&1))))
#define NIBBLE(crc) BIT(BIT(BIT(BIT((uint32_t)crc))))
static const uint32_t nibbles[16] = {
    NIBBLE(0), NIBBLE(1), NIBBLE(2),  NIBBLE(3),  NIBBLE(4),  NIBBLE(5),  NIBBLE(6),  NIBBLE(7),
    NIBBLE(8), NIBBLE(9), NIBBLE(10), NIBBLE(11), NIBBLE(12), NIBBLE(13), NIBBLE(14), NIBBLE(15),
};

uint32_t crc_of(const uint32_t *words, uint32_t count)
{
    uint32_t crc = UINT32_MAX;
    for (; count; count--, words++) {
        crc ^= *words;
        for (uint32_t nibble = 0; nibble < 8; nibble++)
            crc = crc >> 4 ^ nibbles[crc & 15];
    }
    return ~crc;
}
