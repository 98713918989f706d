/* The flash chip: erase a sector, program a page; one at a time, and nobody waits for it. */
#include "kernel.h"

enum command {
    COMMAND_PROGRAM = 0x02,
    COMMAND_STATUS = 0x05,
    COMMAND_ENABLE = 0x06,
    COMMAND_ERASE = 0x20,
};
#define STATUS_BUSY 1
#define GIVE_UP_SECONDS 3 /* no chip takes as long; whoever reads back what it wrote finds out */
#define POLLS_PER_SECOND 10000
#define ERASE_POLLS_PER_SECOND 1000

static struct {
    bool busy, failed;
    uint32_t pace; /* cycles between looks */
    uint64_t begun, look;
} flash;

ONCE void flash_start(void)
{
    memset(&flash, 0, sizeof flash);
    flash.busy = true; /* an erase may outlive a reset */
    flash.begun = clock_now();
    flash.pace = board_clock() / POLLS_PER_SECOND;
    while (!flash_ready())
        clock_step();
}

bool flash_ready(void)
{
    if (!flash.busy)
        return true;
    if (clock_now() < flash.look)
        return false;
    const uint8_t command = COMMAND_STATUS;
    uint8_t status;
    board_flash_command(&command, 1, NULL, 0, &status, 1);
    flash.failed = status & STATUS_BUSY && clock_now() - flash.begun >= (uint64_t)GIVE_UP_SECONDS * board_clock();
    if (status & STATUS_BUSY && !flash.failed) {
        flash.look = clock_now() + flash.pace;
        return false;
    }
    flash.busy = false;
    return true;
}

bool flash_failed(void)
{
    return flash.failed;
}

static void begin(uint8_t code, uint32_t address, const uint8_t *bytes, uint32_t count)
{
    const uint8_t enable = COMMAND_ENABLE;
    const uint8_t command[4] = {code, (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
    board_flash_command(&enable, 1, NULL, 0, NULL, 0);
    board_flash_command(command, sizeof command, bytes, count, NULL, 0);
    flash.busy = true;
    flash.begun = clock_now();
    flash.look = clock_now();
    flash.pace = board_clock() / (code == COMMAND_ERASE ? ERASE_POLLS_PER_SECOND : POLLS_PER_SECOND);
}

void flash_erase(uint32_t address)
{
    begin(COMMAND_ERASE, address, NULL, 0);
}

void flash_program(uint32_t address, const void *bytes, uint32_t count)
{
    begin(COMMAND_PROGRAM, address, bytes, count);
}

const uint8_t *flash_at(uint32_t address)
{
    return board_flash_window(address);
}

uint64_t flash_alarm(void)
{
    return flash.busy ? flash.look : NEVER;
}
