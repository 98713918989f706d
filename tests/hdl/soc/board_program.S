# A boot ROM that looks at every peripheral of the board once, says a letter for each that is as it should be, or '!',
# and then resets the board; the second time it sleeps until a byte comes, which it sends back.
# s0: uart.  s1: a word of RAM that outlives the reset.

# Waits until the register at `offset` of s0 lets `letter` be sent.
.macro say letter
  li a6, \letter
  sw a6, UART_SEND(s0)
.endm
# Says `letter` if the word at `address` is `wanted`, under `mask`.
.macro expect letter:req, address:req, wanted:req, mask=-1
  li t0, \address
  lw t0, (t0)
  li t1, \mask
  and t0, t0, t1
  li t1, \wanted
  li a6, \letter
  beq t0, t1, 1f
  li a6, '!'
1:
  sw a6, UART_SEND(s0)
.endm

.text
.globl _start
_start:
  .org 0x80
  li s0, UART
  li s1, RAM
  li t0, LINE_DIVIDER
  lw t0, (t0)
  sw t0, UART_DIVIDER(s0)
  li t0, 1
  sw t0, UART_CONTROL(s0)
  li t1, SECOND_TIME
  lw t0, (s1)
  beq t0, t1, second
  sw t1, (s1)

  expect 'c', CONTRACT, CONTRACT_VERSION
  expect 'b', BUILD, BUILD_NUMBER
  expect 'i', IRQ_ENABLE, 0
  expect 'a', ALARM, -1
  expect 'f', FLASH_CONTROL, FLASH_RESET
  expect 'w', WINDOW, -1
  expect 'h', SHA_STATUS, 0
  expect 'l', LINK_STATUS, LINK_ROOM, 31
  expect 'd', DISPATCH, 0
  expect 's', COPROCESSOR_STATUS, 0, 0x39

  # The send ring, by bytes, and seen twice.
  li t0, LINK_SEND
  li t1, 0x11223344
  sw t1, 4(t0)
  sb zero, 5(t0)
  expect 'r', LINK_SEND + RING + 4, 0x11220044
  expect 'q', LINK_RECEIVE, 0

  # SHA-256 is at work while the core sleeps, and wakes it.
  li t0, IRQ_ENABLE
  li t1, 1 << SHA_LINE
  sw t1, (t0)
  li t1, 1 << 11
  csrw mie, t1
  li t0, SHA_CONTROL
  li t1, 3
  sw t1, (t0)
  wfi
  expect 'x', IRQ_NEXT, 32 + SHA_LINE
  expect 'y', SHA_DIGEST, ZEROS_DIGEST
  csrw mie, zero

  li t0, LEDS
  li t1, 0x5A
  sw t1, (t0)
  li t0, BOARD_RESET
  li t1, RESET_KEY ^ 1
  sw t1, (t0)
  # What was said leaves first.
2:
  lw t1, UART_STATUS(s0)
  slli t1, t1, 7
  bgez t1, 2b
  li t1, RESET_KEY
  sw t1, (t0)
3:
  j 3b

second:
  expect 'R', LEDS, 0
  expect 'T', NOW_HIGH, 0
  li t0, IRQ_ENABLE
  li t1, 1 << RECEIVED_LINE
  sw t1, (t0)
  li t1, 1 << 11
  csrw mie, t1
4:
  wfi
  lw t1, (s0)
  andi t2, t1, 0x100
  beqz t2, 4b
  addi t1, t1, 1
  andi t1, t1, 0xFF
  sw t1, UART_SEND(s0)
  j 4b
