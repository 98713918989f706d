/* The program runs in main memory, and stands in the flash window when the core is reset: it moves itself first. */
    .section .text.start, "ax"
    .globl _start
_start:
    auipc t0, 0
    lui t1, %hi(image_begin)
    addi t1, t1, %lo(image_begin)
    lui t2, %hi(image_end)
    addi t2, t2, %lo(image_end)
    lui t3, %hi(bss_end)
    addi t3, t3, %lo(bss_end)
move:
    lw t4, 0(t0)
    sw t4, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
    bltu t1, t2, move
clear:
    sw zero, 0(t1)
    addi t1, t1, 4
    bltu t1, t3, clear
    lui sp, %hi(stack_top)
    addi sp, sp, %lo(stack_top)
    lui t0, %hi(bench)
    jr %lo(bench)(t0)
