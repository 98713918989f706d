/* A program's first instructions: argv lies at the stack pointer, behind its count.  And where handlers return to. */
    .section .text.start, "ax"
    .globl _start
_start:
    lw a0, 0(sp)
    addi a1, sp, 4
    call main
    call leave

    .globl return_from_signal
return_from_signal:
    li a7, 139 /* rt_sigreturn */
    ecall
