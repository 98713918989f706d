// Drives the Verilated screening pipeline: events and paths in, records out, one model cycle at a time.
// Called from Python (sim/engine.py) as a shared library; all arrays belong to the caller.
// Verilator writes the two underscores in a port's name as ___05F.
#include "Vpipeline.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif
#include <cstdint>
#include <cstring>

namespace {

// What goes on at the load port beside the events: `count` writes, one a cycle, then as many bytes read back.
struct Beside {
    const uint32_t *addresses = nullptr, *words = nullptr;
    uint8_t *answers = nullptr;
    int64_t count = 0, written = 0, read = 0;
    bool asked = false;

    bool over() const { return read == count; }
    void drive(Vpipeline &dut) {
        dut.load___05Fen = written < count;
        dut.readback_start = written == count && !over() && !asked;
        if (written < count) {
            dut.load___05Faddress = addresses[written];
            dut.load___05Fdata = words[written];
            ++written;
        } else if (dut.readback_start) {
            dut.readback_address = addresses[read];
            asked = true;
        }
    }
    // Returns whether a byte came.
    bool listen(const Vpipeline &dut) {
        if (!asked || !dut.readback_done) return false;
        answers[read++] = dut.readback_data;
        asked = false;
        return true;
    }
};

constexpr int EVENT_WORDS = 8, RECORD_WORDS = 6, STATE_WORDS = 6, WATCHDOG = 20000;
[[maybe_unused]] constexpr uint64_t PERIOD_PS = 40000;  // 25 MHz, for waveforms

struct Bench {
    VerilatedContext context;
    Vpipeline dut{&context};
    uint64_t cycle = 0;
    Beside beside;
#if VM_TRACE
    VerilatedVcdC wave;
    bool waving = false;
#endif

    void low() {
        dut.clk = 0;
        dut.eval();
#if VM_TRACE
        if (waving) wave.dump(cycle * PERIOD_PS);
#endif
    }
    void high() {
        dut.clk = 1;
        dut.eval();
#if VM_TRACE
        if (waving) wave.dump(cycle * PERIOD_PS + PERIOD_PS / 2);
#endif
        ++cycle;
    }
};

// Walks the pool of one event's paths as beats of two bytes.
struct PathCursor {
    const uint8_t *at = nullptr;
    unsigned left = 0, position = 0;

    void open(const uint8_t *pool, unsigned paths) { at = pool, left = paths, position = 0; }
    unsigned length() const { return at[2] | at[3] << 8; }
    void present(Vpipeline &dut) const {
        dut.paths___05Fvalid = left != 0;
        if (!left) return;
        unsigned rest = length() - position, count = rest > 2 ? 2 : rest;
        const uint8_t *text = at + 4 + position;
        // Beat: data 16, count 2, start 1, last 1, node 8, excess 8.
        uint64_t beat = (count > 0 ? text[0] : 0) | (count > 1 ? text[1] << 8 : 0) | count << 16;
        beat |= uint64_t(position == 0) << 18 | uint64_t(rest <= 2) << 19 | uint64_t(at[0]) << 20 | uint64_t(at[1]) << 28;
        dut.paths___05Fpayload = beat;
    }
    void advance() {
        position += 2;
        if (position >= length()) {
            at += 4 + length();
            position = 0;
            --left;
        }
    }
};

uint32_t next_random(uint32_t &state) {
    state ^= state << 13, state ^= state >> 17, state ^= state << 5;
    return state;
}

}  // namespace

extern "C" {

Bench *bench_new() {
    auto *bench = new Bench;
#if VM_TRACE
    bench->context.traceEverOn(true);
    bench->dut.trace(&bench->wave, 99);
#endif
    bench->dut.rst = 1;
    bench->low(), bench->high();
    bench->dut.rst = 0;
    return bench;
}

void bench_free(Bench *bench) { delete bench; }

uint64_t bench_cycles(Bench *bench) { return bench->cycle; }

// Writes n words through the load port, one a cycle.
void bench_load(Bench *bench, int64_t n, const uint32_t *addresses, const uint32_t *words) {
    for (int64_t i = 0; i < n; ++i) {
        bench->dut.load___05Fen = 1;
        bench->dut.load___05Faddress = addresses[i];
        bench->dut.load___05Fdata = words[i];
        bench->low(), bench->high();
    }
    bench->dut.load___05Fen = 0;
}

// From now on bench_run writes n words through the load port beside its events, then reads n bytes back.
void bench_beside(Bench *bench, int64_t n, const uint32_t *addresses, const uint32_t *words, uint8_t *answers) {
    bench->beside = {addresses, words, answers, n};
}

// Reads n bytes back with nothing offered; returns how many came.
int64_t bench_read(Bench *bench, int64_t n, const uint32_t *addresses, uint8_t *answers) {
    Beside reading = {addresses, nullptr, answers, n, n};
    bench->dut.events___05Fvalid = bench->dut.paths___05Fvalid = 0;
    for (uint64_t last = bench->cycle; !reading.over() && bench->cycle - last < WATCHDOG;) {
        reading.drive(bench->dut);
        bench->low();
        if (reading.listen(bench->dut)) last = bench->cycle;
        bench->high();
    }
    bench->dut.readback_start = 0;
    return reading.read;
}

void bench_clock(Bench *bench, uint32_t seconds) { bench->dut.now = seconds; }

// Lets `n` cycles pass with nothing offered; returns how many records left meanwhile (at most `room` are kept).
int64_t bench_wait(Bench *bench, int64_t n, uint32_t *records, int64_t room) {
    int64_t out = 0;
    bench->dut.events___05Fvalid = bench->dut.paths___05Fvalid = 0;
    for (int64_t i = 0; i < n; ++i) {
        bench->low();
        if (bench->dut.recorded && out < room) std::memcpy(records + RECORD_WORDS * out++, &bench->dut.record, 24);
        bench->high();
    }
    return out;
}

// Hits, liveness and expiry of a vaccine index.
void bench_query(Bench *bench, uint32_t index, uint32_t *answer) {
    bench->dut.query = index;
    bench->low(), bench->high();
    bench->low();
    answer[0] = bench->dut.hits, answer[1] = bench->dut.live, answer[2] = bench->dut.expiry;
    bench->high();
}

#if VM_TRACE
void bench_wave(Bench *bench, const char *file) {
    if (file) {
        bench->wave.open(file);
        bench->waving = true;
    } else if (bench->waving) {
        bench->wave.close();
        bench->waving = false;
    }
}
#endif

// Streams n events; returns how many records were written (n, plus one for every vaccine that expired), or -1 if
// the pipeline stands still, -2 if `room` is too small.
// gaps: chance in 256 that nothing is offered in a cycle.  cycles: if not null, per event the cycles at which it was
// taken, its last beat was committed, and its verdict was valid; only sensible while no vaccine expires.
int64_t bench_run(Bench *bench, int64_t n, const uint32_t *events, const uint8_t *pool, const int64_t *offsets,
                  uint32_t *records, uint32_t *states, int64_t room, uint32_t gaps, uint32_t seed, uint64_t *cycles) {
    Vpipeline &dut = bench->dut;
    PathCursor cursor;
    int64_t in = 0, out = 0, decided = 0;
    uint64_t last_progress = bench->cycle;
    uint32_t chance = seed | 1;
    uint64_t taken_at[16] = {}, committed_at[16] = {};  // of the last events
    bool offering = false;
    for (;;) {
        if (!offering) offering = in < n && (!gaps || (next_random(chance) & 255) >= gaps);
        dut.events___05Fvalid = offering;
        if (offering) std::memcpy(&dut.events___05Fpayload, events + EVENT_WORDS * in, 4 * EVENT_WORDS);
        cursor.present(dut);
        if (gaps && (next_random(chance) & 255) < gaps) dut.paths___05Fvalid = 0;
        if (!bench->beside.over()) bench->beside.drive(dut);
        bench->low();
        bool heard = !bench->beside.over() && bench->beside.listen(dut);
        bool took = dut.events___05Fvalid && dut.events___05Fready;
        bool path = dut.paths___05Fvalid && dut.paths___05Fready;
        // The latch holds one event: a beat that leaves is of the one taken last, and its last beat is the last.
        if (dut.commit && in) committed_at[(in - 1) & 15] = bench->cycle;
        if (dut.decided) {
            if (cycles && decided < n) {
                cycles[3 * decided] = taken_at[decided & 15];
                cycles[3 * decided + 1] = committed_at[decided & 15];
                cycles[3 * decided + 2] = bench->cycle;
            }
            ++decided;
        }
        if (dut.recorded) {
            if (out == room) return -2;
            std::memcpy(records + RECORD_WORDS * out, &dut.record, 4 * RECORD_WORDS);
            if ((records[RECORD_WORDS * out] & 15) == 5 && states)  // a SPILL's
                std::memcpy(states + STATE_WORDS * out, &dut.state, 4 * STATE_WORDS);
            ++out;
        }
        bool idle = dut.idle;
        bench->high();
        if (path) cursor.advance();
        if (took) {
            taken_at[in & 15] = bench->cycle - 1;
            cursor.open(pool + offsets[in], events[EVENT_WORDS * in] >> 12 & 3);
            ++in;
            offering = false;
        }
        if (took || path || heard) last_progress = bench->cycle;
        if (in == n && idle && !took && bench->beside.over()) break;
        if (bench->cycle - last_progress > WATCHDOG) return -1;
    }
    dut.events___05Fvalid = dut.paths___05Fvalid = 0;
    dut.readback_start = 0;
    return out;
}
}
