/* A flash chip: pages are programmed from ones to zeros, sectors erased to ones, each takes its time.
 *
 * The power may go at an operation: then a page has some of its bytes, the next one some of its bits, and a sector
 * is erased in part, at random. */
#include <stdlib.h>
#include <string.h>

#include "native.h"

#define PROGRAM_CYCLES 10000 /* 0.4 ms */
#define ERASE_CYCLES 1000000 /* 40 ms */

static struct {
    uint8_t *bytes;
    uint32_t size, operations, cut_at, cut_next;
    bool enabled;
    uint64_t busy_until;
    uint32_t random;
    bool spoiled[VG_FLASH_BYTES / VG_FLASH_SECTOR_BYTES];
} chip;

/* Let a sector take nothing any more. */
void chip_spoil(uint32_t address)
{
    chip.spoiled[address / VG_FLASH_SECTOR_BYTES] = true;
}

void chip_attach(uint8_t *bytes, uint32_t size)
{
    chip.bytes = bytes;
    chip.size = size;
}

void chip_cut(uint32_t operations, uint32_t seed)
{
    chip.cut_at = operations ? chip.operations + operations : 0;
    chip.random = seed * 2654435761u + 1;
}

/* The same for the next power-on. */
void chip_cut_next(uint32_t operations, uint32_t seed)
{
    chip_cut(0, seed);
    chip.cut_next = operations;
}

uint32_t chip_operations(void)
{
    return chip.operations;
}

bool chip_busy(void)
{
    return native_now() < chip.busy_until;
}

void chip_power_on(void)
{
    chip.enabled = false;
    chip.busy_until = 0;
    chip.cut_at = chip.cut_next ? chip.operations + chip.cut_next : 0;
    chip.cut_next = 0;
}

static uint32_t draw(uint32_t below)
{
    chip.random = chip.random * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)(chip.random >> 8) * below >> 24);
}

/* Whether this operation is the one at which the power goes. */
static bool cut(void)
{
    return ++chip.operations == chip.cut_at;
}

static void erase(uint32_t address)
{
    uint8_t *sector = chip.bytes + address / VG_FLASH_SECTOR_BYTES * VG_FLASH_SECTOR_BYTES;
    if (cut()) {
        uint32_t share = draw(257);
        for (uint32_t byte = 0; byte < VG_FLASH_SECTOR_BYTES; byte++)
            if (draw(256) < share)
                sector[byte] |= (uint8_t)(share == 256 ? 0xFF : draw(256));
        native_stop(NATIVE_POWER_CUT);
    }
    if (!chip.spoiled[address / VG_FLASH_SECTOR_BYTES])
        memset(sector, 0xFF, VG_FLASH_SECTOR_BYTES);
    chip.busy_until = native_now() + ERASE_CYCLES;
}

static void program(uint32_t address, const uint8_t *data, uint32_t count)
{
    uint8_t *page = chip.bytes + address / VG_FLASH_PAGE_BYTES * VG_FLASH_PAGE_BYTES;
    bool going = cut();
    uint32_t done = chip.spoiled[address / VG_FLASH_SECTOR_BYTES] ? 0 : going ? draw(count + 1) : count;
    for (uint32_t byte = 0; byte < done; byte++)
        page[(address + byte) % VG_FLASH_PAGE_BYTES] &= data[byte];
    if (going) {
        if (done < count)
            page[(address + done) % VG_FLASH_PAGE_BYTES] &= (uint8_t)(data[done] | draw(256));
        native_stop(NATIVE_POWER_CUT);
    }
    chip.busy_until = native_now() + PROGRAM_CYCLES;
}

void chip_command(const uint8_t *send, uint32_t sent, const uint8_t *data, uint32_t count, uint8_t *receive,
                  uint32_t received)
{
    uint32_t address = sent == 4 ? (uint32_t)send[1] << 16 | (uint32_t)send[2] << 8 | send[3] : 0;
    if (sent == 1 && send[0] == 0x05 && received == 1) {
        receive[0] = (uint8_t)(chip_busy() | chip.enabled << 1);
    } else if (chip_busy()) {
        abort(); /* the chip would ignore it, and the firmware think that it is done */
    } else if (sent == 1 && send[0] == 0x06) {
        chip.enabled = true;
    } else if (sent == 4 && chip.enabled && address < chip.size && (send[0] == 0x20 || send[0] == 0x02)) {
        chip.enabled = false;
        if (send[0] == 0x20)
            erase(address);
        else
            program(address, data, count);
    } else {
        abort();
    }
}

const uint8_t *chip_window(uint32_t address)
{
    if (chip_busy() || address >= chip.size)
        abort();
    return chip.bytes + address;
}
