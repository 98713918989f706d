# A kernel of a few instructions: its program makes two calls, and it says '1' at the first and '!' at the second.
#   WAY 0: it goes where the dispatch register says, as a kernel has to
#   WAY 1: it does not ask, and returns
#   WAY 2: it asks, and goes elsewhere; it says nothing before that has been seen
# The program lies at the begin of the fourth granule of memory.

#define PROGRAM_GRANULE 3

.macro answer
  sw s1, UART_SEND(s0)
  li s1, '!'
  csrr a0, mepc
  addi a0, a0, 4
  csrw mepc, a0
  mret
.endm

.text
.globl _start
_start:
  li s0, UART
  li t0, LINE_DIVIDER
  lw t0, (t0)
  sw t0, UART_DIVIDER(s0)
  li t0, 1
  sw t0, UART_CONTROL(s0)
  la t0, vectors
  csrw mtvec, t0
  li t0, USER_TEXT >> 2 | 0xFFF # 32 KB, to read and run
  csrw pmpaddr0, t0
  li t0, 0x1D
  csrw pmpcfg0, t0
  li t0, TEXT_WINDOW
  li t1, 1 << 8 | PROGRAM_GRANULE
  sw t1, (t0)
  la t1, handler
  li t0, DENY_HANDLER
  sw t1, (t0)
  li s1, '1'
  li t0, 0x1800
  csrc mstatus, t0
  li t0, USER_TEXT
  csrw mepc, t0
  mret

handler:
  answer

elsewhere:
  .rept 4
  nop
  .endr
  answer

  .option norvc
  .p2align 8
vectors:
  .if WAY == 0
  lw a0, %lo(DISPATCH)(zero)
  jr a0
  .elseif WAY == 1
  answer
  .else
  lw a0, %lo(DISPATCH)(zero)
  j elsewhere
  .endif

  .p2align 10
  .org PROGRAM_GRANULE * 1024
  ecall
  ecall
1:
  j 1b
