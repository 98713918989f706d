/* Boot as a list, and the security task: a loop over stages that never wait. */
#include "operator.h"

#define RESET_WAIT_MS 500 /* a line that takes nothing does not keep the board from being reset */

static struct {
    uint32_t boot_cycles, firmware;
    bool reset, stirred;
    uint64_t reset_at;
} kernel;

/* Log what gateware told before the reset: what stopped the core, or a write to what was locked. */
ONCE static void tell_tampering(void)
{
    uint32_t record[VG_FRAME_TAMPER_WORDS];
    if (!board_tampering(record))
        return;
    bool unread = VG_GET(record, VG_FRAME_TAMPER_UNDISPATCHED), astray = VG_GET(record, VG_FRAME_TAMPER_STRAYED);
    log_line("tampering: %s at %x from %x, not to %x, slot %u, life %x",
             unread   ? "return without a verdict"
             : astray ? "jump past the verdict"
                      : "write to what is locked",
             (unsigned)VG_GET(record, VG_FRAME_TAMPER_PC), (unsigned)VG_GET(record, VG_FRAME_TAMPER_BEFORE),
             VG_GET(record, VG_FRAME_TAMPER_ANSWERED) ? (unsigned)VG_GET(record, VG_FRAME_TAMPER_HANDLER) : 0,
             (unsigned)VG_GET(record, VG_FRAME_TAMPER_SLOT), (unsigned)VG_GET(record, VG_FRAME_TAMPER_GENERATION));
}

ONCE void kernel_start(uint32_t place)
{
    uint32_t why[3], from = place ? VG_FLASH_FIRMWARE_SPARE_BASE : VG_FLASH_FIRMWARE_BASE;
    memset(&kernel, 0, sizeof kernel);
    clock_start();
    flash_start();
    log_start();
    log_line("%s, gateware %x", FIRMWARE_NAME, (unsigned)board_build());
    if (board_trap(why))
        log_line("reset by a trap: cause %x at %x, value %x", (unsigned)why[0], (unsigned)why[1],
                 (unsigned)why[2]);
    tell_tampering();
    if (place)
        log_line("from the spare place: the first firmware is not whole");
    memcpy(&kernel.firmware, flash_at(from + VG_FLASH_FIRMWARE_DIGEST0_OFFSET / 8), 4);
    policy_start();
    vaccines_start();
    store_start();
    screen_start();
    model_start();
    process_start();
    quarantine_start();
    rehearsal_start();
    operator_start();
    runs_start();
    scores_start();
    link_start();
    kernel.boot_cycles = (uint32_t)board_now();
}

uint32_t kernel_boot_cycles(void)
{
    return kernel.boot_cycles;
}

uint32_t kernel_firmware(void)
{
    return kernel.firmware;
}

void kernel_reset_soon(void)
{
    log_line("reset by the host");
    kernel.reset = true;
    kernel.reset_at = clock_now() + clock_cycles(RESET_WAIT_MS);
}

void kernel_stir(void)
{
    kernel.stirred = true;
}

bool kernel_stirred(void)
{
    return kernel.stirred;
}

uint64_t kernel_step(bool *frames)
{
    kernel.stirred = false;
    clock_step();
    screen_drain();
    link_arrive();
    bool worked = serve_step();
    worked |= screen_step();
    worked |= model_step();
    worked |= log_step();
    worked |= terminal_step();
    worked |= runs_step();
    worked |= lasting_step();
    worked |= quarantine_step();
    worked |= vaccines_step();
    worked |= rehearsal_step();
    operator_step();
    if (!worked)
        worked |= screen_close_due() || decoys_step() || baits_step();
    bool aside = aside_step(); /* which may go on for long: acknowledgements do not wait for its end */
    link_serve(!worked);
    if (kernel.reset) {
        bool files = lasting_kept() && vaccines_kept(), kept = log_kept() && files, drained = link_drained();
        /* The loader reads the flash, which gives nothing while it erases. */
        if ((kept && drained && flash_ready()) || clock_now() >= kernel.reset_at) {
            board_reset();
            return NEVER;
        }
    }
    if (worked || aside)
        return 0;
    struct frame waiting;
    uint64_t alarm = earlier(earlier(clock_alarm(), link_alarm()), earlier(screen_alarm(), log_alarm()));
    alarm = earlier(earlier(alarm, flash_alarm()), earlier(aside_alarm(), lasting_alarm()));
    alarm = earlier(alarm, vaccines_alarm());
    *frames = !link_front(&waiting);
    return *frames && !kernel.reset ? alarm : earlier(alarm, clock_soon());
}
