/* What functions begin and end with that are compiled with -msave-restore: ra and as many of s0..s11 as a function
 * changes go to the stack in steps of 16 bytes, and come back.  A save returns to t0.  The names, and what lies where
 * below the stack pointer as it was, are the compiler's. */

.macro named what:req, numbers:vararg
    .irp number, \numbers
    .globl __riscv_\what\()_\number
__riscv_\what\()_\number\():
    .endr
.endm

    .text
named save, 12
    addi sp, sp, -64
    li t1, 0
    sw s11, 12(sp)
    j four_more
named save, 8, 9, 10, 11
    addi sp, sp, -64
    li t1, 16
four_more:
    sw s10, 16(sp)
    sw s9, 20(sp)
    sw s8, 24(sp)
    sw s7, 28(sp)
    j eight_more
named save, 4, 5, 6, 7
    addi sp, sp, -64
    li t1, 32
eight_more:
    sw s6, 32(sp)
    sw s5, 36(sp)
    sw s4, 40(sp)
    sw s3, 44(sp)
    sw s2, 48(sp)
    sw s1, 52(sp)
    sw s0, 56(sp)
    sw ra, 60(sp)
    add sp, sp, t1
    jr t0
named save, 0, 1, 2, 3
    addi sp, sp, -16
    sw s2, 0(sp)
    sw s1, 4(sp)
    sw s0, 8(sp)
    sw ra, 12(sp)
    jr t0

named restore, 12
    lw s11, 12(sp)
    addi sp, sp, 16
named restore, 8, 9, 10, 11
    lw s10, 0(sp)
    lw s9, 4(sp)
    lw s8, 8(sp)
    lw s7, 12(sp)
    addi sp, sp, 16
named restore, 4, 5, 6, 7
    lw s6, 0(sp)
    lw s5, 4(sp)
    lw s4, 8(sp)
    lw s3, 12(sp)
    addi sp, sp, 16
named restore, 0, 1, 2, 3
    lw s2, 0(sp)
    lw s1, 4(sp)
    lw s0, 8(sp)
    lw ra, 12(sp)
    addi sp, sp, 16
    ret
