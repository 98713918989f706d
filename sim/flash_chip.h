// A 16 MB SPI flash at its pins, for the simulated board: the commands of a W25Q128JV that the board uses, quad
// enabled.  What it holds is a file, mapped into memory, byte for byte.
//
// Time is counted in the board's cycles: `step` is called once in each, with the pins as the controller drives
// them in it, and returns the data lines as they are in it.  SPI mode 0: the chip samples when `sck` rises and
// changes its lines when `sck` falls.  Lines that nobody drives read as 1.
//
// A program or erase takes effect on the file at the end of its time, so a simulation that is killed leaves what a
// chip without power would.  Commands sent meanwhile are ignored, but for those that read a status.
//
// Commands: 0x9F id, 0x4B unique id, 0x05 and 0x35 status, 0x06 and 0x04 write enable and disable, 0x03, 0x0B,
// 0x6B and 0xEB reads (the last one's continuous mode too), 0x02 and 0x32 page program, 0x20 sector erase.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>

#include "vigilante.h"  // the contract: sizes, and where the unique id is kept

class FlashChip {
public:
    // Cycles at 25 MHz, the data sheet's typical 0.7 ms and 45 ms.
    static constexpr uint64_t PROGRAM_CYCLES = 17'500, ERASE_CYCLES = 1'125'000;
    static constexpr uint64_t NEVER = UINT64_MAX;

    // file: made, or filled up with erased bytes, if it is not there or too short; "" is a blank chip that is
    // forgotten afterwards.  faster: programs and erases take that fraction of their time, at least a cycle.
    // Throws std::runtime_error: no such folder, no flash image, or another simulation has it open.
    explicit FlashChip(const std::string &file, uint64_t faster = 1)
        : program_cycles_(at_least_one(PROGRAM_CYCLES / at_least_one(faster))),
          erase_cycles_(at_least_one(ERASE_CYCLES / at_least_one(faster))) {
        try {
            open_image(file);
        } catch (...) {
            if (descriptor_ >= 0) ::close(descriptor_);
            throw;
        }
    }

    FlashChip(const FlashChip &) = delete;
    FlashChip &operator=(const FlashChip &) = delete;

    ~FlashChip() {
        ::munmap(memory_, VG_FLASH_BYTES);
        if (descriptor_ >= 0) ::close(descriptor_);
    }

    // One cycle.  dq_o, dq_oe: levels, and which lines the controller drives.  Returns the levels of all four.
    uint8_t step(bool cs_n, bool sck, uint8_t dq_o, uint8_t dq_oe) {
        if (++now_ >= busy_until_) finish();
        const unsigned pins = unsigned(cs_n) << 1 | unsigned(sck);
        if (pins != pins_) edge(pins, dq_o, dq_oe);
        return lines(dq_o, dq_oe);
    }

    // Many cycles in which the pins stay as they are.
    void skip(uint64_t cycles) {
        now_ += cycles;
        if (now_ >= busy_until_) finish();
    }

    uint64_t now() const { return now_; }                // cycles so far
    uint64_t busy_until() const { return busy_until_; }  // `now` of the step that ends what is under way, or NEVER
    bool busy() const { return busy_until_ != NEVER; }
    uint64_t conflicts() const { return conflicts_; }  // clock edges at which both sides drove a line
    uint8_t *memory() { return memory_; }              // VG_FLASH_BYTES of them

    // The power fails and comes back, with `cs_n` high: what was under way is done in part, which part is drawn
    // from `seed`.  Of a program, some of the bits that were to become 0 are still 1; of an erase, some bytes are
    // what they were.
    void power_cut(uint64_t seed) {
        const unsigned share = unsigned(random(seed) % 257);  // of 256
        if (erasing_) {
            for (unsigned place = 0; place < VG_FLASH_SECTOR_BYTES; ++place)
                if (random(seed) % 256 < share) memory_[target_ + place] = 0xFF;
        } else if (busy()) {
            for (unsigned place = 0; place < VG_FLASH_PAGE_BYTES; ++place)
                for (unsigned bit = 1; bit < 256; bit <<= 1)
                    if (!(latch_[place] & bit) && random(seed) % 256 < share)
                        memory_[target_ + place] &= uint8_t(~bit);
        }
        busy_until_ = NEVER;
        pins_ = DESELECTED;
        driven_ = 0;
        erasing_ = enabled_ = continuous_ = false;
    }

private:
    static constexpr unsigned DESELECTED = 2, SCK = 1;  // of `pins`
    static constexpr uint8_t JEDEC_ID[3] = {0xEF, 0x40, 0x18};
    static constexpr uint8_t QUAD_ENABLED = 2;
    static constexpr unsigned DUMMY_CLOCKS = 4;
    enum Command : uint8_t {
        PROGRAM = 0x02, READ = 0x03, DISABLE = 0x04, STATUS = 0x05, ENABLE = 0x06, FAST_READ = 0x0B, ERASE = 0x20,
        QUAD_PROGRAM = 0x32, STATUS2 = 0x35, UNIQUE_ID = 0x4B, QUAD_READ = 0x6B, ID = 0x9F, QUAD_IO_READ = 0xEB,
    };

    static uint64_t at_least_one(uint64_t number) { return number ? number : 1; }

    static uint64_t random(uint64_t &state) {  // splitmix64
        uint64_t mixed = state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB;
        return mixed ^ mixed >> 31;
    }

    void open_image(const std::string &file) {
        if (file.empty()) {
            map(MAP_PRIVATE | MAP_ANONYMOUS, "memory for the flash");
            std::memset(memory_, 0xFF, VG_FLASH_BYTES);
            return;
        }
        descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor_ < 0) fail(file);
        if (::flock(descriptor_, LOCK_EX | LOCK_NB))
            throw std::runtime_error(file + ": another simulation has this flash open");
        struct stat found;
        if (::fstat(descriptor_, &found)) fail(file);
        if (found.st_size > off_t(VG_FLASH_BYTES))
            throw std::runtime_error(file + ": no flash image: it has " + std::to_string(found.st_size) +
                                     " bytes, more than " + std::to_string(VG_FLASH_BYTES));
        // Appended, so that whoever is killed here leaves a shorter file, not one with zeros in it.
        const std::string blank(1 << 16, '\xFF');
        for (size_t size = size_t(found.st_size); size < VG_FLASH_BYTES;) {
            const size_t piece = std::min(VG_FLASH_BYTES - size, blank.size());
            const ssize_t written = ::pwrite(descriptor_, blank.data(), piece, off_t(size));
            if (written < 0 && errno != EINTR) fail(file);
            size += written < 0 ? 0 : size_t(written);
        }
        map(MAP_SHARED, file);
    }

    void map(int flags, const std::string &what) {
        void *mapped = ::mmap(nullptr, VG_FLASH_BYTES, PROT_READ | PROT_WRITE, flags, descriptor_, 0);
        if (mapped == MAP_FAILED) fail(what);
        memory_ = static_cast<uint8_t *>(mapped);
    }

    [[noreturn]] static void fail(const std::string &what) {
        throw std::runtime_error(what + ": " + std::strerror(errno));
    }

    uint8_t lines(uint8_t dq_o, uint8_t dq_oe) const {
        const unsigned outside = (dq_o & dq_oe) | (~dq_oe & 0xFu);
        return uint8_t((levels_ & driven_) | (outside & ~driven_));
    }

    void edge(unsigned pins, uint8_t dq_o, uint8_t dq_oe) {
        const unsigned before = pins_;
        pins_ = pins;
        if ((pins ^ before) & DESELECTED) {
            if (pins & DESELECTED)
                deselect();
            else
                select();
        } else if (!(pins & DESELECTED)) {
            if (pins & SCK) {
                conflicts_ += (driven_ & dq_oe) != 0;
                rise(lines(dq_o, dq_oe));
            } else {
                fall();
            }
        }
    }

    void select() {
        bits_ = bytes_ = given_ = dummy_ = answer_lines_ = 0;
        deaf_ = false;
        coded_ = continuous_;
        code_ = QUAD_IO_READ;
        lines_in_ = continuous_ ? 4 : 1;
    }

    void deselect() {
        driven_ = 0;
        if (deaf_ || !coded_ || bits_ || answer_lines_) return;
        if ((code_ == ENABLE || code_ == DISABLE) && bytes_ == 0) enabled_ = code_ == ENABLE;
        if (code_ == ERASE && bytes_ == 3 && enabled_) {
            erasing_ = true;
            target_ = address_ & ~uint32_t(VG_FLASH_SECTOR_BYTES - 1);
            busy_until_ = now_ + erase_cycles_;
        }
        if ((code_ == PROGRAM || code_ == QUAD_PROGRAM) && bytes_ > 3 && enabled_) {
            target_ = address_ & ~uint32_t(VG_FLASH_PAGE_BYTES - 1);
            busy_until_ = now_ + program_cycles_;
        }
    }

    void rise(unsigned levels) {
        if (deaf_) return;
        if (dummy_) {
            if (--dummy_ == 0) answer(4);
        } else if (answer_lines_) {
            left_ -= answer_lines_;
            if (left_ == 0) next_byte();
        } else {
            shift_ = lines_in_ == 4 ? shift_ << 4 | levels : shift_ << 1 | (levels & 1);
            bits_ += lines_in_;
            if (bits_ == 8) {
                bits_ = 0;
                take(uint8_t(shift_));
            }
        }
    }

    void fall() {
        if (!answer_lines_) return;
        const unsigned top = byte_ >> (left_ - answer_lines_);
        driven_ = answer_lines_ == 4 ? 0xF : 0x2;
        levels_ = uint8_t(answer_lines_ == 4 ? top & 0xF : (top & 1) << 1);
    }

    void answer(unsigned lines) {
        answer_lines_ = lines;
        next_byte();
    }

    void next_byte() {
        left_ = 8;
        switch (code_) {
            case STATUS: byte_ = uint8_t(unsigned(busy()) | unsigned(enabled_) << 1); break;
            case STATUS2: byte_ = QUAD_ENABLED; break;
            case ID: byte_ = JEDEC_ID[given_++ % 3]; break;
            case UNIQUE_ID: byte_ = memory_[VG_FLASH_FACTORY_BASE + given_++ % 8]; break;
            default:
                byte_ = memory_[address_];
                address_ = (address_ + 1) % VG_FLASH_BYTES;
        }
    }

    void take(uint8_t byte) {
        if (!coded_) {
            coded_ = true;
            code_ = byte;
            begin();
            return;
        }
        ++bytes_;
        if (bytes_ <= 3) {
            address_ = (address_ << 8 | byte) % VG_FLASH_BYTES;
            if (bytes_ == 3 && code_ == READ) answer(1);
            if (bytes_ == 3 && code_ == QUAD_PROGRAM) lines_in_ = 4;
        } else if (code_ == PROGRAM || code_ == QUAD_PROGRAM) {
            latch_[address_ % VG_FLASH_PAGE_BYTES] = byte;
            address_ = (address_ & ~uint32_t(VG_FLASH_PAGE_BYTES - 1)) | (address_ + 1) % VG_FLASH_PAGE_BYTES;
        } else if (code_ == QUAD_IO_READ) {
            continuous_ = (byte >> 4 & 3) == 2;
            dummy_ = DUMMY_CLOCKS;
        } else if (code_ == FAST_READ || code_ == UNIQUE_ID) {
            answer(1);
        } else if (code_ == QUAD_READ) {
            answer(4);
        }
    }

    void begin() {
        switch (code_) {
            case STATUS:
            case STATUS2: answer(1); return;
            case PROGRAM: case QUAD_PROGRAM: case ERASE: case ENABLE: case DISABLE: case ID: case UNIQUE_ID:
            case READ: case FAST_READ: case QUAD_READ: case QUAD_IO_READ: deaf_ = busy(); break;
            default: deaf_ = true;
        }
        if (deaf_) return;
        if (code_ == ID) answer(1);
        if (code_ == QUAD_IO_READ) lines_in_ = 4;
        if (code_ == PROGRAM || code_ == QUAD_PROGRAM) std::memset(latch_, 0xFF, sizeof latch_);
    }

    void finish() {
        if (erasing_) {
            std::memset(memory_ + target_, 0xFF, VG_FLASH_SECTOR_BYTES);
        } else {
            for (unsigned place = 0; place < VG_FLASH_PAGE_BYTES; ++place)
                memory_[target_ + place] &= latch_[place];
        }
        erasing_ = enabled_ = false;
        busy_until_ = NEVER;
    }

    const uint64_t program_cycles_, erase_cycles_;
    int descriptor_ = -1;
    uint8_t *memory_ = nullptr;

    uint64_t now_ = 0, busy_until_ = NEVER, conflicts_ = 0;
    unsigned pins_ = DESELECTED;
    uint8_t driven_ = 0, levels_ = 0;  // lines that the chip drives, and their levels

    bool enabled_ = false, continuous_ = false;  // the next command is a QUAD_IO_READ without its code
    bool erasing_ = false;                       // else, while busy, it programs
    uint32_t target_ = 0;                        // first byte of the sector or page
    uint8_t latch_[VG_FLASH_PAGE_BYTES];         // what is to be programmed

    // The command under way.  deaf: it is refused, or unknown.  bits: taken of the byte under way; bytes: taken
    // behind the code.  dummy: clocks until the answer.  answer_lines: 0 before it.  left: bits of `byte` to be
    // given; given: bytes, where the answer repeats.
    bool deaf_ = false, coded_ = false;
    uint8_t code_ = 0, byte_ = 0;
    unsigned shift_ = 0, bits_ = 0, bytes_ = 0, lines_in_ = 1;
    unsigned dummy_ = 0, answer_lines_ = 0, left_ = 0, given_ = 0;
    uint32_t address_ = 0;
};
