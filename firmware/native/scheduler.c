/* The scheduler as a program: what gateware does on the board, by the rules of hdl/contract/schedule.py. */
#include "native.h"
#include "process.h"

#define SLOTS (VG_SLOTS / 2)
#define EQUAL ((1u << VG_SCHEDULE_EQUAL_BITS) - 1)

static struct {
    uint16_t passed[SLOTS];
    uint8_t wakes[SLOTS], heat[SLOTS];
    uint32_t ready, last, picks;
    uint16_t base;
} scheduler;

void native_scored(uint32_t slot, uint32_t score)
{
    scheduler.heat[slot] = (uint8_t)(score >> VG_SCHEDULE_HEAT_SHIFT);
}

void board_ready(uint32_t slots)
{
    scheduler.ready = slots;
}

void board_ran(uint32_t slot, uint32_t ticks)
{
    scheduler.passed[slot] = (uint16_t)(scheduler.passed[slot] + ticks * (1 + scheduler.heat[slot]));
}

void board_woken(uint32_t slot, bool fresh)
{
    if (fresh)
        scheduler.heat[slot] = scheduler.wakes[slot] = 0;
    else if (scheduler.wakes[slot] < VG_SCHEDULE_WAKES_MAX)
        scheduler.wakes[slot]++;
    if (fresh || (uint16_t)(scheduler.passed[slot] - scheduler.base) >= VG_SCHEDULE_LEAD)
        scheduler.passed[slot] = scheduler.base;
}

uint32_t board_pick(void)
{
    uint32_t chosen = SLOTS, least = 0;
    for (uint32_t slot = 0; slot < SLOTS; slot++) {
        uint32_t ahead = (uint16_t)(scheduler.passed[slot] - scheduler.base) >> VG_SCHEDULE_EQUAL_BITS;
        uint32_t key = (ahead << 4 | (VG_SCHEDULE_WAKES_MAX - scheduler.wakes[slot])) << 5 |
                       ((slot - scheduler.last - 1) & (SLOTS - 1));
        if (scheduler.ready >> slot & 1 && (chosen == SLOTS || key < least)) {
            chosen = slot;
            least = key;
        }
    }
    if (chosen == SLOTS)
        return NOBODY;
    scheduler.base = scheduler.passed[chosen] & (uint16_t)~EQUAL;
    scheduler.last = chosen;
    scheduler.picks = (scheduler.picks + 1) % VG_SCHEDULE_PICKS;
    for (uint32_t slot = 0; !scheduler.picks && slot < SLOTS; slot++)
        scheduler.wakes[slot] >>= 1;
    return chosen;
}

void scheduler_power_on(void)
{
    memset(&scheduler, 0, sizeof scheduler);
}
