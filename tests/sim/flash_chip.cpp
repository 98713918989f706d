// The simulated flash chip as a shared library, for test_flash_chip.py.
#include "flash_chip.h"

namespace {
std::string said;
}

extern "C" {

const char *chip_said() { return said.c_str(); }

FlashChip *chip_new(const char *file, uint64_t faster) {
    try {
        return new FlashChip(file, faster);
    } catch (const std::runtime_error &error) {
        said = error.what();
        return nullptr;
    }
}

void chip_delete(FlashChip *chip) { delete chip; }

// pins: per cycle dq_o, dq_oe << 4, sck << 8, cs_n << 9.  Fills in the data lines of every cycle.
void chip_run(FlashChip *chip, const uint16_t *pins, uint64_t cycles, uint8_t *lines) {
    for (uint64_t cycle = 0; cycle < cycles; ++cycle) {
        const unsigned now = pins[cycle];
        lines[cycle] = chip->step(now >> 9 & 1, now >> 8 & 1, now & 0xF, now >> 4 & 0xF);
    }
}

unsigned chip_idle(FlashChip *chip, uint64_t cycles) {
    unsigned total = 0;
    for (uint64_t cycle = 0; cycle < cycles; ++cycle) total += chip->step(true, false, 0xF, 0xD);
    return total;
}

void chip_skip(FlashChip *chip, uint64_t cycles) { chip->skip(cycles); }
void chip_cut(FlashChip *chip, uint64_t seed) { chip->power_cut(seed); }
uint64_t chip_now(FlashChip *chip) { return chip->now(); }
uint64_t chip_busy_until(FlashChip *chip) { return chip->busy_until(); }
uint64_t chip_conflicts(FlashChip *chip) { return chip->conflicts(); }
uint8_t *chip_memory(FlashChip *chip) { return chip->memory(); }
}
