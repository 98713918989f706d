/* What functions begin and end with that are compiled with -msave-restore: ra and as many of s0..s11 as a function
 * changes go to the stack in steps of 16 bytes, and come back.  A save returns to t0.  The names, and what lies where
 * below the stack pointer as it was, are the compiler's.  The kernel's C has no other temporary register. */

.macro named what:req, numbers:vararg
    .irp number, \numbers
    .globl __riscv_\what\()_\number
__riscv_\what\()_\number\():
    .endr
.endm

/* From the frame's place `from` on: ra comes last. */
.macro twelve from
    sw s10, \from + 0(sp)
    sw s9, \from + 4(sp)
    sw s8, \from + 8(sp)
    sw s7, \from + 12(sp)
    eight \from + 16
.endm
.macro eight from
    sw s6, \from + 0(sp)
    sw s5, \from + 4(sp)
    sw s4, \from + 8(sp)
    sw s3, \from + 12(sp)
    four \from + 16
.endm
.macro four from
    sw s2, \from + 0(sp)
    sw s1, \from + 4(sp)
    sw s0, \from + 8(sp)
    sw ra, \from + 12(sp)
    jr t0
.endm

    .text
named save, 12
    addi sp, sp, -64
    sw s11, 12(sp)
    twelve 16
named save, 8, 9, 10, 11
    addi sp, sp, -48
    twelve 0
named save, 4, 5, 6, 7
    addi sp, sp, -32
    eight 0
named save, 0, 1, 2, 3
    addi sp, sp, -16
    four 0

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
