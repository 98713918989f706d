# Does what a script says, four words a step: what, and three words with it.  The script lies in the flash window,
# at SCRIPT.  Registers s0: where in the script.
    .option norvc
    .globl _start
_start:
    la t0, trap
    csrw mtvec, t0
    # User mode: text may be read and run, data read and written.
    li t0, (USER_TEXT >> 2) | (USER_BYTES / 8 - 1)
    csrw pmpaddr0, t0
    li t0, (USER_DATA >> 2) | (USER_BYTES / 8 - 1)
    csrw pmpaddr1, t0
    li t0, 0x1D | 0x1B << 8
    csrw pmpcfg0, t0
    li s0, SCRIPT
next:
    lw t0, 0(s0)
    lw a1, 4(s0)
    lw a2, 8(s0)
    lw a3, 12(s0)
    addi s0, s0, 16
    slli t0, t0, 3
    la t1, steps
    add t0, t0, t1
    jr t0
steps:
    j over
    nop
    j store
    nop
    j say
    nop
    j await
    nop
    j copy
    nop
    j user
    nop
    j time
    nop

over:
    li t1, UART_SEND
    li t0, END
    sw t0, 0(t1)
    j over

store:
    sw a2, 0(a1)
    j next

say:
    lw a0, 0(a1)
    li t1, UART_SEND
    sw a0, 0(t1)
    j next

await:
    lw a0, 0(a1)
    and a0, a0, a2
    bne a0, a3, await
    j next

copy:
    lw a0, 0(a1)
    sw a0, 0(a2)
    addi a1, a1, 4
    addi a2, a2, 4
    addi a3, a3, -1
    bnez a3, copy
    j next

# Call the code at a1 with a0 = a2; say how many cycles it took, and a0.
time:
    mv a0, a2
    csrr s2, mcycle
    jalr a1
    csrr s3, mcycle
    sub s3, s3, s2
    li t1, UART_SEND
    sw s3, 0(t1)
    sw a0, 0(t1)
    j next

# Run in user mode with the registers at a1, until a trap; put them back there, and say its cause and its value.
user:
    csrw mscratch, a1
    li t0, RAM_END - 16
    sw s0, 0(t0)
    li t0, 3 << 11
    csrc mstatus, t0
    lw t0, 0(a1)
    csrw mepc, t0
    mv x31, a1
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    lw x\n, 4*\n(x31)
    .endr
    lw x31, 4*31(x31)
    mret

    .balign 256
trap:
    csrrw x31, mscratch, x31
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    sw x\n, 4*\n(x31)
    .endr
    csrr t0, mscratch
    sw t0, 4*31(x31)
    csrr t0, mepc
    sw t0, 0(x31)
    li t1, UART_SEND
    csrr t0, mcause
    sw t0, 0(t1)
    csrr t0, mtval
    sw t0, 0(t1)
    li t0, RAM_END - 16
    lw s0, 0(t0)
    j next
