/* The first instructions, and the kernel's way through a call. */
#include "vigilante.h"

#define REPORT 0x10000000
#define MASKIRQ_NONE .word 0x0600000b
#define RETIRQ .word 0x0400000b

    .section .start, "ax"
    j start

    /* Only ecalls come here.  gp is the return address, and tp is the kernel's.  The verdict is a jump address. */
    .org 0x10
    lui tp, %hi(VG_COPROCESSOR_DISPATCH)
    lw tp, %lo(VG_COPROCESSOR_DISPATCH)(tp)
    jr tp

    .org 0x40
saved: /* below 2 KB: reached without a base */
    .word 0, 0, 0

start:
    la sp, stack_end
    j main

    /* void open(void): from now on ecalls are calls. */
    .globl open
open:
    MASKIRQ_NONE
    ret

    /* What a call may do here: nothing, with success. */
    .globl allowed
allowed:
    li a0, 0
    j leave

    /* Every verdict but ALLOW: the call fails with EPERM. */
    .globl denied
denied:
    li a0, -1

    /* Pass the call's record on, and go back. */
leave:
    sw t0, %lo(saved)(x0)
    sw t1, %lo(saved + 4)(x0)
    sw t2, %lo(saved + 8)(x0)
    li t1, VG_COPROCESSOR_STATUS
    li tp, REPORT
1:  lw t0, 0(t1)
    andi t0, t0, VG_COPROCESSOR_STATUS_RECORD_VALID_MASK
    beqz t0, 1b
    addi t1, t1, VG_COPROCESSOR_RECORD - VG_COPROCESSOR_STATUS
    addi t2, t1, 4 * VG_RECORD_WORDS
2:  lw t0, 0(t1)
    sw t0, 0(tp)
    addi t1, t1, 4
    bne t1, t2, 2b
    lw t0, %lo(saved)(x0)
    lw t1, %lo(saved + 4)(x0)
    lw t2, %lo(saved + 8)(x0)
    RETIRQ
