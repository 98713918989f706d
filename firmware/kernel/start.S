/* The firmware's first instructions, at the begin of memory. */
#include "vigilante.h"

#include "protection.h"

    .section .text.start, "ax"
    .globl _start
_start:
    mv s0, a0
    la sp, stack_top
    la t0, vectors
    csrw mtvec, t0
    protect _start, text_end
    la t0, bss_begin
    la t1, bss_end
clear:
    sw zero, 0(t0)
    sw zero, 4(t0)
    sw zero, 8(t0)
    sw zero, 12(t0)
    addi t0, t0, 16
    bltu t0, t1, clear
    call entry_start
    mv a0, s0
    call kernel_start
    lock_down
    li t0, 0x1800 /* a return goes to user mode; interrupts are on there, and off in here */
    csrc mstatus, t0
    j schedule_next
