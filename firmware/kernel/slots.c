/* The pipeline's model slots: what is in force, what may be switched to. */
#include "kernel.h"

uint32_t slots_in_force(void)
{
    uint32_t status = board_pipeline_status();
    bool running = VG_FIELD(status, VG_COPROCESSOR_STATUS_RUNNING);
    return running ? VG_FIELD(status, VG_COPROCESSOR_STATUS_MODEL) : SLOTS_NONE;
}

uint32_t slots_address(uint32_t slot, uint32_t offset)
{
    return (slot ? VG_TARGET_MODEL1 : VG_TARGET_MODEL0) << 16 | offset;
}

void slots_ready(uint32_t slots)
{
    board_load((uint32_t)VG_TARGET_READY << 16, &slots, 1);
}

uint32_t slots_bit(uint32_t slot)
{
    return slot == SLOTS_NONE ? 0 : 1u << slot;
}

bool slots_switch(uint32_t slot)
{
    uint32_t event[VG_EVENT_WORDS] = {0}, record[VG_RECORD_WORDS];
    VG_PUT(event, VG_EVENT_KIND, VG_KIND_SWAP);
    VG_PUT(event, VG_EVENT_SOURCE, 1);
    VG_PUT(event, VG_EVENT_A0, slot);
    return screen_own(event, VG_EVENT_WORDS, record) && slots_in_force() == slot;
}
