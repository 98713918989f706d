/* Time: cycles since reset, and the same in seconds and milliseconds. */
#include "kernel.h"

#define SOON_PER_SECOND 25000

static struct {
    uint64_t now, second_begin;
    uint32_t seconds, frequency, per_millisecond, soon;
} clock;

ONCE void clock_start(void)
{
    memset(&clock, 0, sizeof clock);
    clock.frequency = board_clock();
    clock.per_millisecond = clock.frequency / 1000;
    clock.soon = clock.frequency / SOON_PER_SECOND;
    clock_step();
}

void clock_step(void)
{
    clock.now = board_now();
    if (clock.now - clock.second_begin < clock.frequency)
        return;
    do {
        clock.second_begin += clock.frequency;
        clock.seconds++;
    } while (clock.now - clock.second_begin >= clock.frequency);
    board_load((uint32_t)VG_TARGET_CLOCK << 16, &clock.seconds, 1);
}

uint64_t clock_now(void)
{
    return clock.now;
}

uint32_t clock_cycles(uint32_t milliseconds)
{
    return clock.per_millisecond * milliseconds;
}

uint64_t clock_soon(void)
{
    return clock.now + clock.soon;
}

uint32_t clock_seconds(void)
{
    return clock.seconds;
}

uint32_t clock_milliseconds(void)
{
    return (uint32_t)(clock.now - clock.second_begin) / clock.per_millisecond;
}

uint32_t clock_sixteenths(void)
{
    return clock.seconds * 16 + (uint32_t)(board_now() - clock.second_begin) / (clock.frequency / 16);
}

uint32_t clock_within(void)
{
    return (uint32_t)(clock.now - clock.second_begin);
}

uint32_t clock_nanoseconds(void)
{
    return 1000000000 / clock.frequency;
}

uint64_t clock_alarm(void)
{
    return clock.second_begin + clock.frequency;
}
