// The far end of the board's serial line: bytes to bits and back, at any whole or broken number of cycles a bit.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>

// Divider: cycles per bit in 1/256, as the board's own uart.divider.
class Line {
   public:
    explicit Line(uint32_t divider) : divider_(divider) {}

    void send(uint8_t byte) { out_.push_back(byte); }
    size_t waiting() const { return out_.size(); }
    bool quiet() const { return !sending_ && out_.empty() && !receiving_; }

    // What the board's rx sees in this cycle.
    bool level() {
        if (!sending_) {
            if (out_.empty()) return true;
            frame_ = 0x200u | out_.front() << 1;  // start bit 0, eight bits, stop bit 1
            out_.pop_front();
            // The part of a cycle by which the last byte overran its ten bits belongs to this one.
            sending_ = true, place_ = rest_, ++started;
        }
        bool bit = frame_ >> (place_ / divider_) & 1;
        place_ += 256;
        if (place_ >= 10 * divider_) sending_ = false, rest_ = place_ - 10 * divider_;
        return bit;
    }

    // Takes the board's tx in this cycle; returns the byte whose last bit has just been sampled, or -1.
    int sample(bool tx) {
        if (!receiving_) {
            if (tx) return -1;
            receiving_ = true, taken_ = 0, byte_ = 0, age_ = 0, next_ = divider_ + divider_ / 2;
            return -1;
        }
        age_ += 256;
        if (age_ + 255 < next_) return -1;
        if (taken_ < 8) {
            byte_ |= tx << taken_++;
            next_ += divider_;
            return -1;
        }
        receiving_ = false;
        broken += !tx;
        return tx ? byte_ : -1;
    }

    uint64_t started = 0;  // bytes begun towards the board
    uint64_t broken = 0;   // bytes from the board without a stop bit

   private:
    uint32_t divider_;
    std::deque<uint8_t> out_;
    bool sending_ = false, receiving_ = false;
    uint32_t frame_ = 0, place_ = 0, rest_ = 0;
    uint32_t byte_ = 0, taken_ = 0, age_ = 0, next_ = 0;
};
