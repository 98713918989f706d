/* Attacks by instructions: on memory that is not the program's, on registers and code of the machine. */
#include "attacks.h"

static int32_t load(void)
{
    return (int32_t)*(volatile uint32_t *)(uintptr_t)target;
}

static int32_t store(void)
{
    *(volatile uint32_t *)(uintptr_t)target = 0;
    return 0;
}

static int32_t jump(void)
{
    ((void (*)(void))(uintptr_t)target)();
    return 0;
}

static int32_t run_data(void)
{
    static uint32_t code[] = {0x00008067}; /* ret */
    target = AS_WORD(code);
    return jump();
}

static int32_t run_stack(void)
{
    volatile uint32_t code[] = {0x00008067};
    target = AS_WORD(code);
    return jump();
}

static int32_t overflow(void)
{
    volatile char frame[128];
    frame[0] = (char)target++;
    return target == 100000 ? 0 : frame[0] + overflow() + frame[0];
}

#define INSTRUCTION(name, text) \
    static int32_t name(void) \
    { \
        __asm__ volatile(text : : : "t0", "memory"); \
        return 0; \
    }
INSTRUCTION(read_mstatus, "csrr t0, mstatus")
INSTRUCTION(read_mscratch, "csrr t0, mscratch")
INSTRUCTION(write_mtvec, "csrw mtvec, zero")
INSTRUCTION(write_mepc, "csrw mepc, zero")
INSTRUCTION(write_protection, "csrw pmpcfg0, zero")
INSTRUCTION(write_protection_address, "csrw pmpaddr0, zero")
INSTRUCTION(read_cycle, "csrr t0, mcycle")
INSTRUCTION(return_from_trap, "mret")
INSTRUCTION(breakpoint, "ebreak")
INSTRUCTION(no_instruction, ".word 0")

const struct attack machine_attacks[] = {
    {"load system", load, VG_SYSTEM_BASE, FAULT(SIGSEGV)},
    {"store reset", store, VG_SYSTEM_RESET, FAULT(SIGSEGV)},
    {"load irq", load, VG_IRQ_BASE, FAULT(SIGSEGV)},
    {"store irq", store, VG_IRQ_ENABLE, FAULT(SIGSEGV)},
    {"load timer", load, VG_TIMER_BASE, FAULT(SIGSEGV)},
    {"store alarm", store, VG_TIMER_ALARM_LOW, FAULT(SIGSEGV)},
    {"store uart", store, VG_UART_CONTROL, FAULT(SIGSEGV)},
    {"store flash", store, VG_FLASH_CONTROL, FAULT(SIGSEGV)},
    {"store sha256", store, VG_SHA256_BLOCK, FAULT(SIGSEGV)},
    {"load link", load, VG_LINK_BASE, FAULT(SIGSEGV)},
    {"store link", store, VG_LINK_SEND, FAULT(SIGSEGV)},
    {"load dispatch", load, VG_COPROCESSOR_DISPATCH, FAULT(SIGSEGV)},
    {"store slot", store, VG_COPROCESSOR_SLOT, FAULT(SIGSEGV)},
    {"store text window", store, VG_COPROCESSOR_TEXT_WINDOW, FAULT(SIGSEGV)},
    {"store data window", store, VG_COPROCESSOR_DATA_WINDOW, FAULT(SIGSEGV)},
    {"store handler", store, VG_COPROCESSOR_VERDICT_HANDLER, FAULT(SIGSEGV)},
    {"load record", load, VG_COPROCESSOR_RECORD, FAULT(SIGSEGV)},
    {"load rom", load, 0x80, FAULT(SIGSEGV)},
    {"load null", load, 0, FAULT(SIGSEGV)},
    {"load kernel", load, VG_RAM_BASE, FAULT(SIGSEGV)},
    {"store kernel", store, VG_RAM_BASE + 0x100, FAULT(SIGSEGV)},
    {"store kernel stack", store, VG_RAM_BASE + VG_RAM_SIZE - 64, FAULT(SIGSEGV)},
    {"load flash", load, VG_FLASH_WINDOW_BASE, FAULT(SIGSEGV)},
    {"load received", load, VG_LINK_RECEIVE_BASE, FAULT(SIGSEGV)},
    {"store to send", store, VG_LINK_SEND_BASE, FAULT(SIGSEGV)},
    {"load cell", load, VG_CELL_RAM_BASE, FAULT(SIGSEGV)},
    {"load nowhere", load, 0x60000000, FAULT(SIGSEGV)},
    {"store text", store, VG_USER_TEXT_BASE, FAULT(SIGSEGV)},
    {"load beyond text", load, VG_USER_TEXT_BASE + VG_USER_TEXT_SIZE - 4, FAULT(SIGSEGV)},
    {"load beyond data", load, VG_USER_DATA_BASE + VG_USER_DATA_SIZE - 4, FAULT(SIGSEGV)},
    {"store beyond data", store, VG_USER_DATA_BASE + VG_USER_DATA_SIZE - 4, FAULT(SIGSEGV)},
    {"load behind region", load, VG_USER_DATA_BASE + VG_USER_DATA_SIZE, FAULT(SIGSEGV)},
    {"store below stack", store, VG_USER_DATA_BASE - 4, FAULT(SIGSEGV)},
    {"overflow stack", overflow, 0, FAULT(SIGSEGV)},
    {"jump to kernel", jump, VG_RAM_BASE, FAULT(SIGSEGV)},
    {"jump to rom", jump, 0x80, FAULT(SIGSEGV)},
    {"jump to coprocessor", jump, VG_COPROCESSOR_BASE, FAULT(SIGSEGV)},
    {"jump beyond text", jump, VG_USER_TEXT_BASE + VG_USER_TEXT_SIZE - 4, FAULT(SIGSEGV)},
    {"run data", run_data, 0, FAULT(SIGSEGV)},
    {"run stack", run_stack, 0, FAULT(SIGSEGV)},
    {"read mstatus", read_mstatus, 0, FAULT(SIGILL)},
    {"read mscratch", read_mscratch, 0, FAULT(SIGILL)},
    {"read mcycle", read_cycle, 0, FAULT(SIGILL)},
    {"write mtvec", write_mtvec, 0, FAULT(SIGILL)},
    {"write mepc", write_mepc, 0, FAULT(SIGILL)},
    {"write pmpcfg0", write_protection, 0, FAULT(SIGILL)},
    {"write pmpaddr0", write_protection_address, 0, FAULT(SIGILL)},
    {"mret", return_from_trap, 0, FAULT(SIGILL)},
    {"ebreak", breakpoint, 0, FAULT(SIGILL)},
    {"no instruction", no_instruction, 0, FAULT(SIGILL)},
    {0},
};
