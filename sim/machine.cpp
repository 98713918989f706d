// The bare computer (hdl/soc/machine.py) with a program in its flash window, and next to nothing on its bus.
// Called from Python (sim/machine.py) as a shared library.  Verilator writes the two underscores in a port's name
// as ___05F.
#include <cstdint>
#include <cstring>
#include <vector>

#include "Vmachine.h"
#include "verilated.h"
#include "vigilante.h"

namespace {

enum Kind { SAID, LEDS, TRAP, MRET, ASLEEP, AWAKE, RESET, DOUBLE_FAULT, SIDE_BAND, CELL_READ };
constexpr uint64_t RESET_CYCLES = 4;
constexpr uint32_t TEXT_WINDOW = (VG_COPROCESSOR_TEXT_WINDOW - VG_COPROCESSOR_BASE) / 4;
constexpr uint32_t DATA_WINDOW = (VG_COPROCESSOR_DATA_WINDOW - VG_COPROCESSOR_BASE) / 4;

struct Note {
    uint64_t cycle;
    uint32_t kind, value;
};

struct Machine {
    VerilatedContext context;
    Vmachine dut{&context};
    std::vector<uint8_t> program;
    std::vector<Note> notes;
    uint32_t ring[8192] = {};
    uint64_t cycle = 0;
    unsigned wait = 0, waited = 0;       // cycles for which the window's port is not ready
    unsigned slow = 0, slow_waited = 0;  // and the coprocessor's
    unsigned line_delay = 0;             // cycles until the lines rise
    uint8_t lines = 0;
    bool slept = false;
    bool was_user = false, was_trap = false, was_mret = false;
    uint8_t lamps = 0;

    void note(Kind kind, uint32_t value = 0) { notes.push_back({cycle, static_cast<uint32_t>(kind), value}); }

    uint32_t word(uint32_t index) const {
        uint32_t value = 0;
        if (4ull * index + 4 <= program.size()) std::memcpy(&value, &program[4 * index], 4);
        return value;
    }

    // One cycle.  What was read is at the port from the next one on.
    void step() {
        dut.clk = 0;
        dut.eval();
        bool window = dut.flash_window___05Fselect, cop = dut.coprocessor___05Fselect;
        if (window || cop || line_delay || dut.lines != lines) {
            if (line_delay && !--line_delay) lines = 1;
            dut.lines = lines;
            dut.flash_window___05Fready = window && waited >= wait;
            dut.coprocessor___05Fready = cop && slow_waited >= slow;
            dut.eval();
        }
        uint32_t window_read = dut.flash_window___05Frdata, ring_read = dut.link_send___05Frdata;
        uint32_t cop_read = dut.coprocessor___05Frdata;
        if (window) waited = waited >= wait ? 0 : waited + 1;
        if (window && dut.flash_window___05Fready) window_read = word(dut.flash_window___05Faddress);
        if (cop) slow_waited = slow_waited >= slow ? 0 : slow_waited + 1;
        if (cop && dut.coprocessor___05Fready) {
            cop_read = dut.coprocessor___05Faddress * 0x01010101u;
            if (dut.coprocessor___05Fwrite) coprocessor(dut.coprocessor___05Faddress, dut.coprocessor___05Fwdata);
        }
        if (dut.link_send___05Fselect) {
            uint32_t &place = ring[dut.link_send___05Faddress];
            ring_read = place;
            if (dut.link_send___05Fwrite)
                for (int byte = 0; byte < 4; ++byte)
                    if (dut.link_send___05Fmask >> byte & 1)
                        place = (place & ~(0xFFu << 8 * byte)) | (dut.link_send___05Fwdata & 0xFFu << 8 * byte);
        }
        if (dut.uart___05Fselect && dut.uart___05Fwrite) note(SAID, dut.uart___05Fwdata);
        if (dut.leds != lamps) note(LEDS, lamps = dut.leds);
        if (dut.side___05Ftrap) note(TRAP, dut.side___05Fcause | dut.side___05Fuser << 8);
        if (dut.side___05Fmret) note(MRET);
        if (dut.cell_reads) note(CELL_READ, dut.cell_at);
        side_band();
        if (dut.sleeping != slept) note((slept = dut.sleeping) ? ASLEEP : AWAKE);
        if (dut.reset) note(RESET);
        if (dut.double_fault) note(DOUBLE_FAULT);
        dut.clk = 1;
        dut.eval();
        dut.flash_window___05Frdata = window_read;
        dut.link_send___05Frdata = ring_read;
        dut.coprocessor___05Frdata = cop_read;
        ++cycle;
    }

    // What proofs (docs/proofs.md) and screening take for granted of the core: the number of what does not hold.
    void side_band() {
        bool user = dut.side___05Fuser, trap = dut.side___05Ftrap, mret = dut.side___05Fmret;
        if (trap && mret) note(SIDE_BAND, 1);                  // a trap and a return in one cycle
        if (user && !was_user && !was_mret) note(SIDE_BAND, 2);  // user mode, but not by a return
        if (user && was_trap) note(SIDE_BAND, 3);              // user mode behind a trap's entry
        if (dut.side___05Frf_write && !dut.side___05Frf_index) note(SIDE_BAND, 4);  // register 0 is written
        if (dut.asks && !dut.transfers) note(SIDE_BAND, 5);  // data is asked for, but by no load or store
        was_user = user, was_trap = trap, was_mret = mret;
    }

    // Stands where the coprocessor belongs: word 0 is what the lines become, word 1 raises them so many cycles
    // later, word 2 is for how many cycles this port is not ready, word 3 the same of the flash window; the windows
    // are where they are on a board.
    void coprocessor(uint32_t address, uint32_t value) {
        if (address == 0) lines = value;
        if (address == 1) line_delay = value;
        if (address == 2) slow = value;
        if (address == 3) wait = value;
        if (address == TEXT_WINDOW) dut.text_window = value;
        if (address == DATA_WINDOW) dut.data_window = value;
    }
};

}  // namespace

extern "C" {

Machine *machine_new(const uint8_t *program, size_t size) {
    auto *machine = new Machine;
    machine->program.assign(program, program + size);
    Vmachine &dut = machine->dut;
    dut.link_receive___05Fready = dut.link_send___05Fready = dut.uart___05Fready = dut.flash___05Fready = 1;
    dut.sha256___05Fready = dut.link___05Fready = 1;
    dut.rst = 1;
    for (uint64_t i = 0; i < RESET_CYCLES; ++i) machine->step();
    dut.rst = 0;
    machine->cycle = 0;
    machine->notes.clear();
    return machine;
}

void machine_free(Machine *machine) { delete machine; }

// Runs for so many cycles, or until the program has said `last`.
void machine_run(Machine *machine, uint64_t cycles, uint32_t last) {
    size_t seen = machine->notes.size();
    for (uint64_t end = machine->cycle + cycles; machine->cycle < end;) {
        machine->step();
        for (; seen < machine->notes.size(); ++seen)
            if (machine->notes[seen].kind == SAID && machine->notes[seen].value == last) return;
    }
}

void machine_stop(Machine *machine, int stop) { machine->dut.stop = stop; }
void machine_skip(Machine *machine, uint32_t cycles) { machine->dut.skip = cycles; }
uint64_t machine_cycle(Machine *machine) { return machine->cycle; }
uint64_t machine_now(Machine *machine) { return machine->dut.now; }

size_t machine_notes(Machine *machine, Note *notes, size_t room) {
    size_t count = machine->notes.size() < room ? machine->notes.size() : room;
    std::memcpy(notes, machine->notes.data(), count * sizeof(Note));
    return count;
}
}
