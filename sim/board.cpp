// The whole board, cycle by cycle: the Verilated system on chip, its flash chip and the far end of its line.
// Called from Python (sim/board.py) as a shared library.  Verilator writes the two underscores in a port's name
// as ___05F.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>

#include "Vsoc.h"
#include "flash_chip.h"
#include "line.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif

namespace {

enum Stop { USED_UP = 0, FRAME = 1, ASLEEP = 2 };
constexpr uint64_t RESET_CYCLES = 4;
[[maybe_unused]] constexpr uint64_t PERIOD_PS = 40000;  // 25 MHz, for waveforms

constexpr uint32_t FLASH_EDGE = 2;  // it counts for so many cycles

struct Received {
    uint64_t due;  // cycle from which on the host may see it
    uint8_t byte;
};

// Cycles at which things last happened, for measurements.
struct Marks {
    uint64_t first_bit;        // the first byte to the board since `clear`
    uint64_t frame_received;   // the last frame into the ring
    uint64_t recorded;         // the last record out of the pipeline
    uint64_t first_received;   // the first frame since `clear`
    uint64_t first_recorded;   // the first record since `clear`
    uint64_t last_byte;        // the last byte from the board
    uint64_t bytes_in, bytes_out;
    uint64_t skipped;          // cycles of sleep that were not simulated one by one
    uint64_t gated;            // cycles in which the pipeline's clock stood still
    uint64_t flash_clocked;    // cycles in which the flash was clocked: it answers, or is told something
    uint64_t awake;            // why it did not sleep last: bit 0 core, 1 pipeline, 2 line or link, 3 our end of it
};

// How long reads of the dispatch register waited: how many of them for 0, 1, ... cycles, the last place for all longer
// ones; of calls without strings, and of those with.
constexpr size_t WAITS = 1024;
struct Waits {
    uint64_t counts[2][WAITS];
};

struct Board {
    VerilatedContext context;
    Vsoc dut{&context};
    FlashChip flash;
    Line line;
    std::deque<Received> received;
    uint64_t cycle = 0, latency;
    Marks marks{};
    Waits waits{};
    size_t waited = 0;
    uint32_t divider;
    uint32_t edge = 0, sck = 0;
    bool gating = true;
#if VM_TRACE
    VerilatedVcdC wave;
    bool waving = false;
#endif

    Board(const char *file, uint32_t divider, uint64_t latency, uint32_t flash_divisor)
        : flash(file, flash_divisor), line(divider), latency(latency), divider(divider) {
#if VM_TRACE
        context.traceEverOn(true);
        dut.trace(&wave, 99);
#endif
        dut.line_divider = divider;
    }

    void dump([[maybe_unused]] uint64_t half) {
#if VM_TRACE
        if (waving) wave.dump(cycle * PERIOD_PS + half * PERIOD_PS / 2);
#endif
    }

    // One cycle; returns the byte that the board has finished sending in it, or -1.
    int step() {
        dut.rx = line.level();
        dut.flash_dq_i = flash.step(dut.flash_cs_n, dut.flash_sck, dut.flash_dq_o, dut.flash_dq_oe);
        dut.clk = 0, dut.screen_clk = 0;
        dut.eval();
        dump(0);
        if (dut.frame_received) {
            marks.frame_received = cycle;
            if (!marks.first_received) marks.first_received = cycle;
        }
        if (dut.recorded) {
            marks.recorded = cycle;
            if (!marks.first_recorded) marks.first_recorded = cycle;
        }
        if (dut.dispatched) ++waits.counts[dut.dispatch_strings][std::min(waited, WAITS - 1)];
        waited = dut.dispatch_waits ? waited + 1 : 0;
        // At full speed an edge comes in every cycle, at half of it in every other.
        edge = dut.flash_sck == sck ? edge >> 1 : FLASH_EDGE;
        sck = dut.flash_sck;
        marks.flash_clocked += edge && !dut.flash_cs_n;
        int byte = line.sample(dut.tx);
        bool gate = gating && dut.screen_idle && !dut.rst;
        marks.gated += gate;
        dut.clk = 1, dut.screen_clk = !gate;
        dut.eval();
        dump(1);
        ++cycle;
        return byte;
    }

    // Everything stands still until the timer's alarm, or until a byte comes.
    bool asleep() {
        marks.awake = !dut.sleeping | !dut.screen_idle << 1 | !dut.uart_idle << 2 | !line.quiet() << 3;
        return !marks.awake;
    }

    uint64_t until_alarm() const { return dut.alarm > dut.now ? dut.alarm - dut.now : 0; }

    void power_up() {
        dut.rst = 1;
        for (uint64_t i = 0; i < RESET_CYCLES; ++i) step();
        dut.rst = 0;
        line = Line(divider);
        received.clear();
    }
};

}  // namespace

extern "C" {

// divider: of the line, cycles per bit in 1/256.  latency: cycles until the host sees a byte.
// flash_divisor: how many times faster than a real one the flash programs and erases.
// Returns null, and says why in `error`, if the flash's file cannot be had.
Board *board_new(const char *file, uint32_t divider, uint64_t latency, uint32_t flash_divisor, char *error,
                 size_t room) {
    try {
        auto *board = new Board(file, divider, latency, flash_divisor);
        board->power_up();
        return board;
    } catch (const std::runtime_error &problem) {
        std::snprintf(error, room, "%s", problem.what());
        return nullptr;
    }
}

void board_free(Board *board) { delete board; }

// The power goes and comes back: what the flash was doing is left half done.
void board_power_cycle(Board *board, uint32_t seed) {
    board->flash.power_cut(seed);
    board->power_up();
}

// The reset button; the flash, which knows nothing of it, goes on.
void board_press_reset(Board *board) { board->power_up(); }

int board_flash_busy(const Board *board) { return board->flash.busy(); }

void board_write(Board *board, const uint8_t *bytes, size_t count) {
    for (size_t i = 0; i < count; ++i) board->line.send(bytes[i]);
}

// Takes what the host may see by now.
size_t board_read(Board *board, uint8_t *bytes, size_t room) {
    size_t count = 0;
    while (count < room && !board->received.empty() && board->received.front().due <= board->cycle) {
        bytes[count++] = board->received.front().byte;
        board->received.pop_front();
    }
    return count;
}

// Runs for so many cycles at most; stops when the last byte of a frame may be read, and when the board sleeps.
int board_run(Board *board, uint64_t cycles) {
    Marks &marks = board->marks;
    for (uint64_t end = board->cycle + cycles; board->cycle < end;) {
        uint64_t begun = board->line.started;
        int byte = board->step();
        if (board->line.started != begun && !marks.bytes_in++) marks.first_bit = board->cycle - 1;
        if (byte >= 0) {
            board->received.push_back({board->cycle + board->latency, static_cast<uint8_t>(byte)});
            marks.last_byte = board->cycle, ++marks.bytes_out;
            if (byte == 0 && !board->latency) return FRAME;
        }
        if (board->latency && !board->received.empty() && board->received.front().due <= board->cycle) return FRAME;
        if (board->asleep()) return ASLEEP;
    }
    return USED_UP;
}

// While it sleeps: cycles until something happens by itself.
uint64_t board_skippable(Board *board) {
    uint64_t left = board->until_alarm();
    for (const Received &byte : board->received)  // the first that the host may not see yet
        if (byte.due > board->cycle) return std::min(left, byte.due - board->cycle);
    return left;
}

// While it sleeps: lets so many cycles pass at once; the timer counts them.
void board_skip(Board *board, uint64_t cycles) {
    cycles = std::min(cycles, board_skippable(board));
    for (uint64_t left = cycles; left;) {
        uint32_t part = static_cast<uint32_t>(std::min<uint64_t>(left, 0xFFFFFFFFu));
        board->dut.skip = part - 1;  // the step itself is one
        board->step();
        board->flash.skip(part - 1);
        board->cycle += part - 1;
        board->marks.skipped += part - 1;
        left -= part;
    }
    board->dut.skip = 0;
}

// Whether the pipeline's clock stands still while the pipeline is idle; what comes out must not depend on it.
void board_gate(Board *board, int on) { board->gating = on; }

uint64_t board_cycle(Board *board) { return board->cycle; }
uint64_t board_waiting(Board *board) { return board->line.waiting(); }
uint64_t board_broken(Board *board) { return board->line.broken; }
void board_marks(Board *board, Marks *marks) { *marks = board->marks; }
void board_clear_marks(Board *board) { board->marks = Marks{}; }

// So far: for calls without strings `WAITS` counts, then as many for those with.
void board_waits(Board *board, uint64_t *counts) { std::memcpy(counts, &board->waits, sizeof board->waits); }

#if VM_TRACE
void board_wave(Board *board, const char *file) {
    if (file) {
        board->wave.open(file);
        board->waving = true;
    } else if (board->waving) {
        board->wave.close();
        board->waving = false;
    }
}
#endif
}
