/* The other stack (aside.c): what a C function keeps goes to the stack that is left. */
#define FRAME_BYTES 64

.macro each_kept what:req
    \what ra, 0(sp)
    .irp number, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    \what s\number, 4 + 4 * \number(sp)
    .endr
.endm

    .text
/* board_aside_begin(stack, bytes, work) */
    .globl board_aside_begin
board_aside_begin:
    add a0, a0, a1
    addi a0, a0, -FRAME_BYTES
    sw a2, 0(a0)
    la a3, other
    sw a0, 0(a3)
    ret

/* Both are the same: leave this stack, go on with the other one. */
    .globl board_aside_enter
    .globl board_aside_leave
board_aside_enter:
board_aside_leave:
    addi sp, sp, -FRAME_BYTES
    each_kept sw
    la a0, other
    lw a1, 0(a0)
    sw sp, 0(a0)
    mv sp, a1
    each_kept lw
    addi sp, sp, FRAME_BYTES
    ret

    .bss
    .balign 4
other:
    .space 4
