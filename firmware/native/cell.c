/* The cell, as far as the kernel sees it: a clone over a copy of its original's memory.
 *
 * It runs at once when it is told to, an instruction a cycle, so it never is seen running. */
#include <string.h>

#include "core.h"
#include "native.h"
#include "process.h"

#define REGISTERS (VG_CELL_SIZE / 4)
enum { CAUSE_CALL = 8 };

static struct {
    uint32_t registers[REGISTERS];
    uint32_t x[32], cause, stop, state, run;
    uint8_t memory[VG_CELL_RAM_SIZE];
} cell;

static uint32_t *at(uint32_t address)
{
    return &cell.registers[(address - VG_CELL_BASE) / 4 % REGISTERS];
}

void cell_power_on(void)
{
    memset(&cell, 0, sizeof cell);
}

uint8_t *board_cell_memory(void)
{
    return cell.memory;
}

static uint32_t limit_of(uint32_t address)
{
    return VG_FIELD(*at(address), VG_CELL_DATA_WINDOW_LIMIT) * VG_GRANULE_BYTES;
}

static uint8_t *window_of(uint32_t address)
{
    uint32_t granules;
    return board_pool(&granules) + VG_FIELD(*at(address), VG_CELL_DATA_WINDOW_BASE) * VG_GRANULE_BYTES;
}

static void run(void)
{
    uint32_t own = limit_of(VG_CELL_DATA_WINDOW), grown = *at(VG_CELL_GROWN) * VG_GRANULE_BYTES, value = 0;
    struct core_windows windows = {window_of(VG_CELL_TEXT_WINDOW), cell.memory, limit_of(VG_CELL_TEXT_WINDOW),
                                   grown > own ? grown : own};
    uint32_t spent = cell.run, left = *at(VG_CELL_BUDGET) > spent ? *at(VG_CELL_BUDGET) - spent : 0, before = left;
    cell.cause = core_run(cell.x, &windows, &left, &value);
    cell.run += before - left;
    cell.state = VG_CELL_STATE_STOPPED;
    cell.stop = cell.cause == CAUSE_CALL ? VG_CELL_STOP_CALL : cell.cause ? VG_CELL_STOP_TRAP : VG_CELL_STOP_BUDGET;
    *at(VG_CELL_ADDRESS) = value;
}

static void start(void)
{
    memcpy(cell.memory, window_of(VG_CELL_DATA_WINDOW), limit_of(VG_CELL_DATA_WINDOW));
    memset(cell.memory + limit_of(VG_CELL_DATA_WINDOW), 0, sizeof cell.memory - limit_of(VG_CELL_DATA_WINDOW));
    /* The register has the low half of an address. */
    int32_t offset = (int32_t)(*at(VG_CELL_REGISTERS) - (uint32_t)(uintptr_t)processes);
    memcpy(cell.x, (const uint8_t *)processes + offset, sizeof cell.x);
    cell.x[A0] = *at(VG_CELL_RESULT);
    cell.run = 0;
    native_lodges(*at(VG_CELL_ORIGINAL));
    run();
}

uint32_t board_cell_read(uint32_t address)
{
    if (address >= VG_CELL_X && address < VG_CELL_X + 4 * 32)
        return address == VG_CELL_X ? 0 : cell.x[(address - VG_CELL_X) / 4];
    switch (address) {
    case VG_CELL_STATUS:
        return VG_VALUE(VG_CELL_STATUS_STATE, cell.state) | VG_VALUE(VG_CELL_STATUS_STOP, cell.stop) |
               VG_VALUE(VG_CELL_STATUS_CAUSE, cell.cause) | VG_VALUE(VG_CELL_STATUS_QUIET, 1);
    case VG_CELL_PC:
        return cell.x[PC];
    case VG_CELL_INSTRUCTIONS:
    case VG_CELL_CYCLES:
        return cell.run;
    default:
        return *at(address);
    }
}

void board_cell_write(uint32_t address, uint32_t value)
{
    *at(address) = value;
    if (address != VG_CELL_CONTROL)
        return;
    if (value & VG_CELL_CONTROL_START_MASK) {
        start();
    } else if (value & VG_CELL_CONTROL_RESUME_MASK) {
        cell.x[A0] = *at(VG_CELL_RESULT);
        cell.x[PC] = *at(VG_CELL_NEXT);
        run();
    } else {
        cell.state = VG_CELL_STATE_EMPTY;
        native_lodges(VG_SLOTS);
    }
}
