# A kernel that protects itself as the real one does, and then tries to get round it.  For each attempt it says how it
# ended: the cause of its trap, or '-' if there was none.
#include "../../firmware/kernel/protection.h"

#define FUNCTION 0x8082 # a function that does nothing: `ret`

.macro say character:req
  li t0, \character
  sw t0, UART_SEND(s0)
.endm

# Run what stands between this and `tried`, and say how it ended.
.macro try
  la s1, 1f
.endm
.macro tried
  say '-'
1:
.endm

.macro store_to address:req
  la t0, \address
  sw t0, (t0)
.endm

# Write a function where t0 points, and call it.
.macro write_and_run
  li t1, FUNCTION
  sh t1, (t0)
  jalr t0
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
  li t0, TEXT_WINDOW # both windows show the same memory, with a function in it
  li t1, 1 << 8 | PROGRAM_GRANULE
  sw t1, (t0)
  li t0, DATA_WINDOW
  sw t1, (t0)
  li t0, PROGRAM
  li t1, FUNCTION
  sh t1, (t0)

  # Before: all of it can be done.
  try
  store_to scratch
  tried
  try
  li t0, PROGRAM
  write_and_run
  tried
  try
  li t0, VG_USER_TEXT_BASE
  jalr t0
  tried

  protect _start, text_end

  try # 7: from here on a store into the code
  store_to scratch
  tried
  try # -: what boot alone needs still runs behind it
  la t0, text_end
  write_and_run
  tried

  lock_down

  try # 7: a store into the code
  store_to scratch
  tried
  try # -: but not behind it
  store_to text_end
  tried
  try # 1: data that is run
  la t0, text_end
  write_and_run
  tried
  try # 1: the pool
  li t0, PROGRAM
  write_and_run
  tried
  try # 1: a program's code
  li t0, VG_USER_TEXT_BASE
  jalr t0
  tried
  try # 5: and read
  li t0, VG_USER_TEXT_BASE
  lw t0, (t0)
  tried
  try # 7: a program's data, by the program's address
  li t0, VG_USER_DATA_BASE
  sw t0, (t0)
  tried
  try # 1: the boot ROM
  li t0, BOOT
  jalr t0
  tried
  try # 7: all rules taken away
  csrw pmpcfg0, zero
  csrw pmpaddr0, zero
  csrw pmpaddr1, zero
  csrw CSR_MSECCFG, zero
  store_to scratch
  tried
  try # 1
  la t0, text_end
  write_and_run
  tried
  try # 7: a rule that opens everything to be written, at the first place that is free
  li t0, -1
  csrw pmpaddr2, t0
  li t0, (RULE_NATURAL | RULE_WRITE | RULE_EXECUTE) << 16
  csrw pmpcfg0, t0
  store_to scratch
  tried
  try # 1: and one that opens everything to be run
  li t0, (RULE_LOCKED | RULE_NATURAL | RULE_READ | RULE_EXECUTE) << 16
  csrw pmpcfg0, t0
  la t0, text_end
  write_and_run
  tried
  say '.'
2:
  j 2b

scratch: .word 0

  .p2align 8
vectors:
  csrr t0, mcause
  addi t0, t0, '0'
  sw t0, UART_SEND(s0)
  csrw mepc, s1
  mret

  .p2align 6
text_end:
