/* The loader: brings the firmware from flash into memory, if it is whole.
 *
 * There are two places for it; the second counts where the first is not whole, and the firmware is told which one it
 * is.  Where none is, the loader says why once a second, as text at the line's rate, and looks again: whoever listens
 * there expects frames and takes the text for none, and a flash that was erasing when the board was reset reads
 * again by then. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vigilante.h"

#define AT(ADDRESS) ((volatile uint32_t *)(uintptr_t)(ADDRESS))
#define STACK_BYTES 4096 /* of memory that stay the loader's own */
#define BYTES_MAX (VG_RAM_SIZE - STACK_BYTES)
_Static_assert(BYTES_MAX <= VG_FLASH_FIRMWARE_SIZE - VG_FLASH_FIRMWARE_BYTES, "what fits memory fits its area");
_Static_assert(VG_FLASH_FIRMWARE_SIZE == VG_FLASH_FIRMWARE_SPARE_SIZE, "and both places are alike");
static const uint32_t places[] = {VG_FLASH_WINDOW_BASE + VG_FLASH_FIRMWARE_BASE,
                                  VG_FLASH_WINDOW_BASE + VG_FLASH_FIRMWARE_SPARE_BASE};

static void say(const char *text)
{
    for (; *text; text++) {
        while (!VG_FIELD(VG_REG(VG_UART_STATUS), VG_UART_STATUS_ROOM))
            ;
        VG_REG(VG_UART_SEND) = (uint8_t)*text;
    }
}

/* Say why there is no firmware; a second passes. */
static void complain(const char *why)
{
    uint32_t begun = VG_REG(VG_TIMER_NOW_LOW);
    VG_REG(VG_UART_CONTROL) = VG_UART_CONTROL_RAW_MASK;
    say("vigilante: no firmware: ");
    say(why);
    say("\r\n");
    while (VG_REG(VG_TIMER_NOW_LOW) - begun < VG_REG(VG_SYSTEM_CLOCK))
        ;
    VG_REG(VG_UART_CONTROL) = 0;
}

_Noreturn void trapped(void)
{
    for (;;)
        complain("the loader trapped");
}

/* Where the loaded firmware begins, and which of the places it is from. */
struct loaded {
    uintptr_t entry;
    uint32_t place;
};

/* Copy a block's words. */
static inline void copy_block(const volatile uint32_t *from, volatile uint32_t *into)
{
#pragma clang loop unroll(full)
    for (uint32_t word = 0; word < VG_SHA256_BLOCK_COUNT; word++)
        into[word] = from[word];
}

/* Copy `size` bytes, whole words, to the begin of memory; return whether they have the digest `expected`.
 *
 * They are padded as SHA-256 wants it: a one, zeros, and the length in bits as the last of whole blocks.  What is
 * digested is what memory gives back; a block is, while the next one comes from the flash. */
static bool copied(const volatile uint32_t *words, uint32_t size, const volatile uint32_t *expected)
{
    volatile uint32_t *memory = AT(VG_RAM_BASE), *message = AT(VG_SHA256_BLOCK);
    uint32_t count = size / 4, block = 0;
    uint32_t total = (count + 3 + VG_SHA256_BLOCK_COUNT - 1) / VG_SHA256_BLOCK_COUNT * VG_SHA256_BLOCK_COUNT;
    for (; block < total; block += VG_SHA256_BLOCK_COUNT) {
        if (count - block < VG_SHA256_BLOCK_COUNT || count < block) { /* the last two, or the last */
            for (uint32_t word = block; word < block + VG_SHA256_BLOCK_COUNT; word++) {
                if (word < count)
                    memory[word] = words[word];
                message[word - block] = word < count        ? memory[word]
                                        : word == count     ? 0x80
                                        : word == total - 1 ? __builtin_bswap32(size << 3)
                                                            : 0;
            }
        } else {
            copy_block(words + block, memory + block);
            copy_block(memory + block, message);
        }
        VG_REG(VG_SHA256_CONTROL) = VG_VALUE(VG_SHA256_CONTROL_FIRST, block == 0) | VG_SHA256_CONTROL_GO_MASK;
    }
    for (uint32_t word = 0; word < VG_SHA256_DIGEST_COUNT; word++)
        if (AT(VG_SHA256_DIGEST)[word] != expected[word])
            return false;
    return true;
}

/* Load what stands at `place` of flash; return what is wrong with it, or NULL, and where it begins. */
static const char *load_from(uint32_t place, uintptr_t *entry)
{
    uint32_t header[VG_FLASH_FIRMWARE_WORDS];
    for (uint32_t word = 0; word < VG_FLASH_FIRMWARE_WORDS; word++)
        header[word] = AT(place)[word];
    uint32_t size = VG_GET(header, VG_FLASH_FIRMWARE_SIZE), begin = VG_GET(header, VG_FLASH_FIRMWARE_ENTRY);
    if (VG_GET(header, VG_FLASH_FIRMWARE_MAGIC) != VG_FLASH_FIRMWARE_MAGIC)
        return "none is in flash";
    if (VG_GET(header, VG_FLASH_FIRMWARE_CONTRACT) != VG_REG(VG_SYSTEM_CONTRACT))
        return "it is for another contract";
    if (size == 0 || size % 4 || size > BYTES_MAX || begin >= size || begin % 4)
        return "its header is damaged";
    if (!copied(AT(place + VG_FLASH_FIRMWARE_BYTES), size, header + VG_FLASH_FIRMWARE_DIGEST0_OFFSET / 32))
        return "it is damaged";
    *entry = VG_RAM_BASE + begin;
    return NULL;
}

/* Load the firmware from the first place where it is whole.  What is wrong with the first is what is told. */
struct loaded load(void)
{
    struct loaded loaded;
    VG_REG(VG_UART_DIVIDER) = VG_FIELD(VG_REG(VG_SYSTEM_LINE_DIVIDER), VG_SYSTEM_LINE_DIVIDER_DIVIDER);
    for (;;) {
        const char *why = NULL;
        for (loaded.place = 0; loaded.place < sizeof places / sizeof *places; loaded.place++) {
            const char *wrong = load_from(places[loaded.place], &loaded.entry);
            if (!wrong)
                return loaded;
            why = why ? why : wrong;
        }
        complain(why);
    }
}
