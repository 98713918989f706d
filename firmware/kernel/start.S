/* The firmware's first instructions, at the begin of memory; and its last ones, at a trap. */
#include "trap.h"
#include "vigilante.h"

    .section .text.start, "ax"
    .globl _start
_start:
    la sp, stack_top
    la t0, vectors
    csrw mtvec, t0
    la t0, bss_begin
    la t1, bss_end
clear:
    bgeu t0, t1, run
    sw zero, 0(t0)
    addi t0, t0, 4
    j clear
run:
    call kernel_start
loop:
    addi sp, sp, -16
    mv a0, sp
    call kernel_step
    lbu a2, 0(sp)
    addi sp, sp, 16
    or t0, a0, a1
    beqz t0, loop
    call board_sleep
    j loop

/* No trap is expected and no interrupt taken: say where it was and begin anew. */
trap:
    la t0, trap_record
    li t1, TRAP_MAGIC
    sw t1, 0(t0)
    csrr t1, mcause
    sw t1, 4(t0)
    csrr t1, mepc
    sw t1, 8(t0)
    csrr t1, mtval
    sw t1, 12(t0)
    li t0, VG_SYSTEM_RESET
    li t1, VG_RESET_KEY
again:
    sw t1, 0(t0)
    j again

    .option norvc
    .balign VG_VECTOR_ALIGN
vectors:
    .rept 32
    j trap
    .endr

    .section .trap, "aw", @nobits
    .globl trap_record
trap_record:
    .space TRAP_BYTES
