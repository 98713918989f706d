# Two ways into a kernel that screens nothing, on the bare computer: its program makes the cheapest call again and
# again.  It stands in the flash window and moves itself to main memory.
#   SAVES 1: saves 31 registers, dispatches as a compiler would have it, restores them
#   SAVES 0: as lean as it gets: cause, bounds check, table; only temporaries are lost
# Or, with SNAPSHOTS n, an odd number: does nothing but save all registers, as our kernel does at the verdict
# QUARANTINE, n times, to two places in turn; with WHOLE 1, of what the trap has saved, too.
#include "../firmware/kernel/saving.h"

#define CALLS 24
#define NUMBERS 300
#define NUMBER 172 /* getpid */
#define TABLE RAM + 0x2000 /* of handlers, and the id of the process: each behind one lui */
#define IDENT RAM + 0x3000

.macro each what:req
  .irp number, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  \what x\number, 4*\number(sp)
  .endr
.endm

.text
.globl _start
_start:
  la t0, moved
  li t1, RAM
  la t2, moved_end
1:
  lw t3, (t0)
  sw t3, (t1)
  addi t0, t0, 4
  addi t1, t1, 4
  bltu t0, t2, 1b
  la t0, moved
  li t1, RAM
  sub s0, t1, t0 # from here to there
  # Every number leads to one handler.
  li t0, TABLE
  la t1, answer
  add t1, t1, s0
  li t2, NUMBERS
2:
  sw t1, (t0)
  addi t0, t0, 4
  addi t2, t2, -1
  bnez t2, 2b
  li t0, IDENT
  li t1, 42
  sw t1, (t0)
  la t0, vectors
  add t0, t0, s0
  csrw mtvec, t0
  la t0, frame
  add t0, t0, s0
  csrw mscratch, t0
  addi sp, t0, 512
  # User mode may run what is in memory.
  li t0, RAM >> 2 | 0x1FFF
  csrw pmpaddr0, t0
  li t0, 0x1D
  csrw pmpcfg0, t0
  li t0, 0x1800
  csrc mstatus, t0
  la t0, program
  add t0, t0, s0
  csrw mepc, t0
  mret

  .p2align 8
moved:
vectors:
  .if SNAPSHOTS
  .rept SNAPSHOTS
  snapshot
  .if WHOLE
  snapshot_of_trap
  .endif
  .endr
  csrr a0, mepc
  addi a0, a0, 4
  csrw mepc, a0
answer:
  mret
  .elseif SAVES
  csrrw sp, mscratch, sp
  each sw
  csrr t0, mscratch
  sw t0, 8(sp)
  csrw mscratch, sp
  csrr t0, mepc
  sw t0, 0(sp)
  csrr t0, mcause
  li t1, 8
  bne t0, t1, fault
  mv a0, sp
  mv s0, sp
  addi sp, sp, 512
  jal dispatch
  mv sp, s0
  lw t0, 0(sp)
  csrw mepc, t0
  each lw
  lw sp, 8(sp)
  mret
dispatch:
  addi sp, sp, -16
  sw ra, 12(sp)
  sw s0, 8(sp)
  mv s0, a0
  lw a1, 0(a0)
  addi a1, a1, 4
  sw a1, 0(a0)
  lw a1, 68(a0)
  li a2, NUMBERS
  bgeu a1, a2, fault
  slli a1, a1, 2
  li a2, TABLE
  add a1, a1, a2
  lw a1, (a1)
  jalr a1
  sw a0, 40(s0)
  lw ra, 12(sp)
  lw s0, 8(sp)
  addi sp, sp, 16
  ret
answer:
  li a0, IDENT
  lw a0, (a0)
  ret
  .else
  csrr t0, mcause
  addi t0, t0, -8
  bnez t0, fault
  li t0, NUMBERS
  bgeu a7, t0, fault
  slli t0, a7, 2
  li t1, TABLE
  add t0, t0, t1
  lw t0, (t0)
  jr t0
answer:
  csrr t0, mepc
  addi t0, t0, 4
  csrw mepc, t0
  li a0, IDENT
  lw a0, (a0)
  mret
  .endif
fault:
  j fault
program:
  li a7, NUMBER
  .rept CALLS
  ecall
  .endr
3:
  j 3b
  .p2align 4
frame:
  .space 1024
moved_end:
