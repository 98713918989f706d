/* The firmware's first instructions, at the begin of memory. */
#include "vigilante.h"

/* Protection: user mode reads and runs its text, reads and writes its data, and reaches nothing else.  It never
 * changes again; what a process has there is the windows' business. */
#define NAPOT(base, size) (base >> 2 | (size >> 3) - 1)
#define READ 1
#define WRITE 2
#define EXECUTE 4
#define NATURAL 0x18
#define USER_RULES ((NATURAL | READ | WRITE) << 8 | NATURAL | READ | EXECUTE)

    .section .text.start, "ax"
    .globl _start
_start:
    mv s0, a0
    la sp, stack_top
    la t0, vectors
    csrw mtvec, t0
    li t0, NAPOT(VG_USER_TEXT_BASE, VG_USER_TEXT_SIZE)
    csrw pmpaddr0, t0
    li t0, NAPOT(VG_USER_DATA_BASE, VG_USER_DATA_SIZE)
    csrw pmpaddr1, t0
    li t0, USER_RULES
    csrw pmpcfg0, t0
    la t0, bss_begin
    la t1, bss_end
clear:
    bgeu t0, t1, run
    sw zero, 0(t0)
    addi t0, t0, 4
    j clear
run:
    call entry_start
    mv a0, s0
    call kernel_start
    li t0, 0x1800 /* a return goes to user mode; interrupts are on there, and off in here */
    csrc mstatus, t0
    j schedule_next
