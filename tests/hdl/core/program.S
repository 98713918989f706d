# What a program meets on the bare computer.  It says every result (`say`), and after each part the part's letter.
# s0: where to say.  s10: what faults resume at.  Traps say their cause and mtval; an ecall says a0 as well.

.macro say value
  li a6, \value
  sw a6, (s0)
.endm
.macro tell register
  sw \register, (s0)
.endm
.macro resume label
  la s10, \label
.endm
# Goes on at `label` in user mode.
.macro as_user label
  li t0, 0x1800
  csrc mstatus, t0
  la t0, \label
  csrw mepc, t0
  mret
.endm

.text
.globl _start
_start:
  li s0, UART_SEND
  la t0, vectors
  csrw mtvec, t0

  # Bytes, halves and what lies across words.
  li s1, RAM
  li t0, 0x11223344
  sw t0, (s1)
  li t0, 0x55667788
  sw t0, 4(s1)
  li t0, 0xA5
  sb t0, 1(s1)
  li t0, 0xBEEF
  sh t0, 2(s1)
  lw t1, (s1)
  tell t1
  lw t1, 2(s1)
  tell t1
  lb t1, 1(s1)
  tell t1
  li t0, 0xCAFEF00D
  sw t0, 3(s1)
  lw t1, 4(s1)
  tell t1
  li t2, RAM_END - 4
  sw t0, (t2)
  lhu t1, 2(t2)
  tell t1
  li t0, LINK_SEND
  li t1, 0x01020304
  sw t1, 8(t0)
  sb zero, 10(t0)
  lw t1, 8(t0)
  tell t1
  say 'b'

  # Multiplies, and runs from RAM.
  la t0, movable
  la t1, movable_end
  mv t2, s1
1:
  lw t3, (t0)
  sw t3, (t2)
  addi t0, t0, 4
  addi t2, t2, 4
  bltu t0, t1, 1b
  fence.i
  li a0, 1234567
  li a1, -89
  jalr s1
  tell a0
  say 'm'

  # Nothing answers, or not in this way.
  .macro refused instruction:vararg
    la s10, 1f
    \instruction
    say 0xBAD
    1:
  .endm
  li t0, 0x60000000
  refused lw t1, 8(t0)
  refused sb t1, 3(t0)
  li t0, RAM_END
  refused lw t1, (t0)
  li t0, ROM
  refused sw t1, (t0)
  li t0, USER
  refused lw t1, (t0)
  li t0, TIMER_NOW
  refused lb t1, (t0)
  refused sh t1, (t0)
  refused lw t1, 1(t0)
  li t0, WINDOW
  refused sw t1, (t0)
  li t0, TIMER_NOW
  refused jalr t0
  li t0, LINK_SEND
  refused jalr t0
  li t0, USER
  refused jalr t0
  say 'e'

  # A port that lets the core wait, and one for both masters that is slow.
  li s2, COPROCESSOR
  li t0, 21
  sw t0, 8(s2)
  lw t0, 36(s2)  # stores are done behind the core's back: what comes next waits
  csrr t1, mcycle
  lw t0, 36(s2)
  csrr t2, mcycle
  sub t2, t2, t1
  tell t0
  tell t2
  sw zero, 8(s2)
  lw t0, 36(s2)
  csrr t1, mcycle
  lw t0, 36(s2)
  csrr t2, mcycle
  sub t2, t2, t1
  tell t2
  li t0, 5
  sw t0, 12(s2)
  la t0, constants
  lw t1, (t0)
  lw t2, 4(t0)
  lhu t3, 6(t0)
  tell t1
  tell t2
  tell t3
  sw zero, 12(s2)
  say 'w'

  # The timer wakes it.
  li s3, TIMER_NOW
  li t0, -1
  sw t0, 12(s3)
  lw t1, (s3)
  addi t1, t1, 400
  sw t1, 8(s3)
  sw zero, 12(s3)
  li t0, 1 << 7
  csrw mie, t0
  wfi
  lw t2, (s3)
  sub t2, t2, t1
  tell t2
  resume 2f
  csrsi mstatus, 8
  nop
  say 0xBAD
2:
  li t0, -1
  sw t0, 12(s3)
  say 't'

  # A line wakes it.
  li s4, IRQ_ENABLE
  li t0, 1
  sw t0, (s4)
  li t0, 1 << 11
  csrw mie, t0
  li t0, 100
  sw t0, 4(s2)
  resume 3f
  csrsi mstatus, 8
  wfi
  nop
  say 0xBAD
3:
  lw t0, 4(s4)
  tell t0
  sw zero, (s2)
  csrw mie, zero
  say 'l'

  # User mode has its region, and nothing else: region 0 runs what is in the window, 1 is 64 bytes of RAM.
  li t0, (WINDOW >> 2) | 0x1FFFFF
  csrw pmpaddr0, t0
  li t0, ((RAM + 0x1000) >> 2) | 7
  csrw pmpaddr1, t0
  li t0, 0x1B1D
  csrw pmpcfg0, t0
  .macro user_refused address:req, code:vararg
    li s5, \address
    la s10, 2f
    as_user 1f
    1: \code
    ecall
    2:
  .endm
  user_refused RAM + 0x1000, sw s5, (s5)
  user_refused RAM + 0x1040, lw a0, (s5)
  user_refused RAM + 0xFFC, sw a0, (s5)
  user_refused RAM + 0x103E, lw a0, (s5)
  user_refused TIMER_NOW, lw a0, (s5)
  user_refused COPROCESSOR, lw a0, (s5)
  user_refused RAM, jr s5
  user_refused RAM + 0x1000, jr s5
  user_refused 0, csrr a0, mstatus
  user_refused 0, csrw pmpcfg0, zero
  user_refused 0, mret
  user_refused 77, mv a0, s5
  li t0, RAM + 0x1000
  lw t0, (t0)
  tell t0
  say 'u'

  # What the board is.
  li t0, SYSTEM
  lw t1, (t0)
  tell t1
  li t1, 0xA5
  sw t1, SYSTEM_LEDS(t0)
  li t1, 1
  sw t1, SYSTEM_RESET(t0)
  li t1, RESET_KEY
  sw t1, SYSTEM_RESET(t0)
  say END
4:
  j 4b

movable:
  mul a0, a0, a1
  ret
  .p2align 2
movable_end:

trapped:
  csrr a6, mcause
  tell a6
  bltz a6, 1f
  csrr a7, mtval
  tell a7
  addi a6, a6, -8
  bnez a6, 1f
  tell a0
1:
  csrw mepc, s10
  li a6, 0x1880
  csrc mstatus, a6
  li a6, 0x1800
  csrs mstatus, a6
  mret

constants:
  .word 0x600DC0DE, 0x12345678

  .p2align 8
  .option norvc
vectors:
  .rept 32
  j trapped
  .endr
