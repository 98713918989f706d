/* The core's first instructions: vectors from 0 on, the start at VG_BOOT_VECTOR behind them. */
#include "vigilante.h"

    .section .text.vectors, "ax"
    .option push
    .option norvc
    .rept VG_BOOT_VECTOR / 4
    j trap
    .endr
    .option pop

    .section .text.start, "ax"
    .globl _start
_start:
    la sp, stack_top
    call load
    mv t0, a0
    mv a0, a1 /* the place that it is from */
    jr t0

/* A loader that traps has read what is not there. */
trap:
    la sp, stack_top
    call trapped
