/* The loader: brings the firmware from flash into memory, if it is whole.
 *
 * Where it is not, the loader says so once a second, as text at the line's rate: whoever listens there expects
 * frames and takes the text for none. */
#include <stdbool.h>
#include <stdint.h>

#include "vigilante.h"

#define AT(ADDRESS) ((volatile uint32_t *)(uintptr_t)(ADDRESS))
#define STACK_BYTES 4096 /* of memory that stay the loader's own */
#define HEADER (VG_FLASH_WINDOW_BASE + VG_FLASH_FIRMWARE_BASE)
#define BYTES_MAX (VG_RAM_SIZE - STACK_BYTES)
_Static_assert(BYTES_MAX <= VG_FLASH_FIRMWARE_SIZE - VG_FLASH_FIRMWARE_BYTES, "what fits memory fits its area");

static void say(const char *text)
{
    for (; *text; text++) {
        while (!VG_FIELD(VG_REG(VG_UART_STATUS), VG_UART_STATUS_ROOM))
            ;
        VG_REG(VG_UART_SEND) = (uint8_t)*text;
    }
}

static _Noreturn void complain(const char *why)
{
    VG_REG(VG_UART_CONTROL) = VG_UART_CONTROL_RAW_MASK;
    for (;;) {
        uint32_t begun = VG_REG(VG_TIMER_NOW_LOW);
        say("vigilante: no firmware: ");
        say(why);
        say("\r\n");
        while (VG_REG(VG_TIMER_NOW_LOW) - begun < VG_REG(VG_SYSTEM_CLOCK))
            ;
    }
}

_Noreturn void trapped(void)
{
    complain("the loader trapped");
}

/* Return a word of a message of `size` bytes, whole words, as SHA-256 pads it. */
static uint32_t padded(const volatile uint32_t *words, uint32_t size, uint32_t word, uint32_t total)
{
    if (word < size / 4)
        return __builtin_bswap32(words[word]);
    if (word == size / 4)
        return 0x80000000u;
    return word == total - 1 ? size << 3 : 0;
}

static bool digest_holds(const volatile uint32_t *words, uint32_t size, const volatile uint32_t *expected)
{
    uint32_t total = (size / 4 + 3 + VG_SHA256_BLOCK_COUNT - 1) / VG_SHA256_BLOCK_COUNT * VG_SHA256_BLOCK_COUNT;
    for (uint32_t block = 0; block < total; block += VG_SHA256_BLOCK_COUNT) {
        for (uint32_t word = 0; word < VG_SHA256_BLOCK_COUNT; word++)
            AT(VG_SHA256_BLOCK)[word] = padded(words, size, block + word, total);
        VG_REG(VG_SHA256_CONTROL) = VG_VALUE(VG_SHA256_CONTROL_FIRST, block == 0) | VG_SHA256_CONTROL_GO_MASK;
        while (VG_FIELD(VG_REG(VG_SHA256_STATUS), VG_SHA256_STATUS_BUSY))
            ;
    }
    for (uint32_t word = 0; word < VG_SHA256_DIGEST_COUNT; word++)
        if (__builtin_bswap32(AT(VG_SHA256_DIGEST)[word]) != expected[word])
            return false;
    return true;
}

/* Load the firmware; return where it begins. */
uintptr_t load(void)
{
    uint32_t header[VG_FLASH_FIRMWARE_WORDS];
    volatile uint32_t *memory = AT(VG_RAM_BASE);
    VG_REG(VG_UART_DIVIDER) = VG_FIELD(VG_REG(VG_SYSTEM_LINE_DIVIDER), VG_SYSTEM_LINE_DIVIDER_DIVIDER);
    for (uint32_t word = 0; word < VG_FLASH_FIRMWARE_WORDS; word++)
        header[word] = AT(HEADER)[word];
    uint32_t size = VG_GET(header, VG_FLASH_FIRMWARE_SIZE), entry = VG_GET(header, VG_FLASH_FIRMWARE_ENTRY);
    if (VG_GET(header, VG_FLASH_FIRMWARE_MAGIC) != VG_FLASH_FIRMWARE_MAGIC)
        complain("none is in flash");
    if (VG_GET(header, VG_FLASH_FIRMWARE_CONTRACT) != VG_REG(VG_SYSTEM_CONTRACT))
        complain("it is for another contract");
    if (size == 0 || size % 4 || size > BYTES_MAX || entry >= size || entry % 4)
        complain("its header is damaged");
    for (uint32_t word = 0; word < size / 4; word++)
        memory[word] = AT(HEADER + VG_FLASH_FIRMWARE_BYTES)[word];
    if (!digest_holds(memory, size, header + VG_FLASH_FIRMWARE_DIGEST0_OFFSET / 32))
        complain("it is damaged");
    return VG_RAM_BASE + entry;
}
