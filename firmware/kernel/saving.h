/* For assembly: a process's registers in its entry, which sp points to: a word each, in place of x0 the address at
 * which to go on.  trap.S does it, sim/traps.S measures it. */
#ifndef SAVING_H
#define SAVING_H

#define REGISTER(number) 4 * number
#define PROGRAM_COUNTER 0
#define STACK 2

/* Do `what` with each of the registers that a C function may change, but for sp and a0.  Of t0 to t6 it is the first
 * alone: the kernel is compiled not to touch the others (UNTOUCHED in firmware/build.py), so a call need not save them. */
.macro each_temporary what:req
    .irp number, 1, 5, 11, 12, 13, 14, 15, 16, 17
    \what x\number, REGISTER(\number)(sp)
    .endr
.endm
/* And with each of the others. */
.macro each_kept what:req
    .irp number, 3, 4, 6, 7, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \what x\number, REGISTER(\number)(sp)
    .endr
.endm

/* Save all that is in registers behind an ecall; mscratch has the entry. */
.macro snapshot
    csrrw sp, mscratch, sp
    each_temporary sw
    each_kept sw
    csrr a0, mscratch
    sw a0, REGISTER(STACK)(sp)
.endm
/* And what the trap itself has saved: a0 is in the coprocessor, the address in mepc. */
.macro snapshot_of_trap
    lw a0, %lo(VG_COPROCESSOR_ARGUMENT)(zero)
    sw a0, REGISTER(10)(sp)
    csrr a0, mepc
    sw a0, PROGRAM_COUNTER(sp)
.endm

#endif
