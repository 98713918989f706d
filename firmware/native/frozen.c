/* Who stands: twin of hdl/soc/frozen.py, for the core that runs programs. */
#include "hardware.h"
#include "native.h"

#define NONE VG_SLOTS

static uint32_t frozen, lodger;

void frozen_power_on(void)
{
    frozen = 0;
    lodger = NONE;
}

void board_freeze(uint32_t slot, bool on)
{
    frozen = (frozen & ~(1u << slot)) | (uint32_t)on << slot;
}

void native_lodges(uint32_t slot)
{
    lodger = slot;
}

bool native_stands(uint32_t slot)
{
    return frozen >> slot & 1 || slot == lodger;
}
