/* Traps: from user mode into the kernel and back.
 *
 * A call goes where the dispatch register says: a0 is the only register that is not as it was, and what it held is in
 * the coprocessor's `argument`.  While the verdict comes, mepc is moved behind the ecall.  A call that is denied, and one that needs no C,
 * returns from there.  Every other saves what a C function may change, and the rest only if another process is to
 * run.  mscratch is the running process, whose registers come first in it.
 *
 * TABLE: of a kernel to measure against.  It goes where a table in memory says, by the number of the call, and is as
 * lean as that can be: t0 and t1 are lost. */
#include "calls.h"
#include "trap.h"
#include "vigilante.h"
#include "saving.h" /* with a register of vigilante.h */

#define CAUSE_ECALL 8
#define MODE_SHIFT 11 /* of the mode before the trap, in mstatus */

/* Do `what` with those of the temporaries that a call brings back. */
.macro each_of_call what:req
#ifdef TABLE
    .irp number, 1, 11, 12, 13, 14, 15, 16, 17
    \what x\number, REGISTER(\number)(sp)
    .endr
    \what a0, REGISTER(10)(sp)
#else
    each_temporary \what
#endif
.endm

/* Go back behind the ecall; a register is lost. */
.macro skip_ecall by=a0
    csrr \by, mepc
    addi \by, \by, 4
    csrw mepc, \by
.endm

    .section .text.trap, "ax"
    .option norvc
    .balign VG_VECTOR_ALIGN
    .globl vectors
vectors:
#ifdef TABLE
    csrr t0, mcause
    addi t0, t0, -CAUSE_ECALL
    bnez t0, fault
    j dispatch
    .rept 3
#else
    skip_ecall
    lw a0, %lo(VG_COPROCESSOR_DISPATCH)(zero)
    jr a0
    .rept 2
#endif
    j trap
    .endr
    j interrupt /* 7: the timer */
    .rept 3
    j trap
    .endr
    j interrupt /* 11: the lines */
    .rept 20
    j trap
    .endr
    .option rvc

#ifdef TABLE
dispatch:
    skip_ecall t1
    li t0, TRAP_NUMBERS
    bgeu a7, t0, unknown
    slli t0, a7, 2
    lui t1, %hi(handlers_by_number)
    add t0, t0, t1
    lw t0, %lo(handlers_by_number)(t0)
    jr t0
#endif

    .globl quick_getpid
quick_getpid:
#ifdef TABLE
    csrr a0, mscratch
    lw a0, TRAP_ID(a0)
#else
    lw a0, %lo(VG_COPROCESSOR_GENERATION)(zero)
#endif
    mret

    .globl stub_unknown
stub_unknown:
unknown:
    li a0, -TRAP_ENOSYS
    mret

/* No verdict that lets the call run; or no call.  A process that wants to end does, whatever is thought of it: it
 * would try for ever. */
    .globl denied
denied:
    csrr a0, mcause
    addi a0, a0, -CAUSE_ECALL
    bnez a0, no_call
    addi a0, a7, -TRAP_EXIT
    sltiu a0, a0, 2
    bnez a0, stub_VG_SYS_EXIT
    li a0, -TRAP_EPERM
    mret

    .globl condemned
condemned:
    csrrw sp, mscratch, sp
    mv a0, sp
    la sp, stack_top
    call process_condemned
    j schedule_next

/* The verdict is QUARANTINE: nothing is lost of what the process has in its registers. */
    .globl quarantined
quarantined:
    snapshot
    snapshot_of_trap
    mv a0, sp
    la sp, stack_top
    call quarantine_called
    j schedule_next

/* The verdict is CLONE: the same, for the clone is to have it all. */
    .globl rehearsed
rehearsed:
    snapshot
    snapshot_of_trap
    mv a0, sp
    la sp, stack_top
    call rehearsal_called
    j schedule_next

/* Every call by a C function: a stub each, and one way in. */
#ifdef TABLE
#define FUNCTION t1
#else
#define FUNCTION a0
#endif
#define STUB(ID, function) .globl stub_##ID; stub_##ID: la FUNCTION, function; j enter;
#define STUB_WHOLE(ID, function) .globl stub_##ID; stub_##ID: la FUNCTION, function; j enter_whole;
CALLS(STUB, STUB_WHOLE)

/* Whichever call it is: the verdict is DECOY. */
    .globl decoyed
decoyed:
    addi a0, a7, -TRAP_CLONE
    bnez a0, decoyed_part
    la FUNCTION, call_decoyed
    j enter_whole
decoyed_part:
    la FUNCTION, call_decoyed
    j enter

/* The C function looks at every register of its caller. */
enter_whole:
    csrrw sp, mscratch, sp
    each_kept sw
    csrrw sp, mscratch, sp
enter:
    csrrw sp, mscratch, sp
    each_of_call sw
    mv a1, FUNCTION
    csrr t0, mscratch
    sw t0, REGISTER(STACK)(sp)
    csrr t0, mepc
    sw t0, PROGRAM_COUNTER(sp)
#ifndef TABLE
    lw t0, %lo(VG_COPROCESSOR_ARGUMENT)(zero)
    sw t0, REGISTER(10)(sp)
#endif
    csrw mscratch, sp
    mv a0, sp
    la sp, stack_top
    call process_call
    csrr sp, mscratch
    bnez a0, leave
    lw t0, PROGRAM_COUNTER(sp)
    csrw mepc, t0
#ifndef TABLE
    lw a0, REGISTER(10)(sp)
#endif
    each_of_call lw
    lw sp, REGISTER(STACK)(sp)
    mret

/* 1: another process may run, so what C has kept goes to the table; 2: the table has something else already. */
leave:
    addi a0, a0, -1
    bnez a0, schedule_next
    each_kept sw
    j schedule_next

interrupt:
    csrrw sp, mscratch, sp
    each_temporary sw
    each_kept sw
    sw a0, REGISTER(10)(sp)
    csrr t0, mscratch
    sw t0, REGISTER(STACK)(sp)
    csrr t0, mepc
    sw t0, PROGRAM_COUNTER(sp)

    .globl schedule_next
schedule_next:
    la sp, stack_top
    call schedule
    csrw mscratch, a0
    mv sp, a0
    lw t0, PROGRAM_COUNTER(sp)
    csrw mepc, t0
    lw a0, REGISTER(10)(sp)
    each_temporary lw
    each_kept lw
    lw sp, REGISTER(STACK)(sp)
    mret

/* A trap that is no call: one of a process ends it, one of the kernel is fatal. */
no_call:
    csrr a0, mepc
    addi a0, a0, -4
    csrw mepc, a0
fault:
    csrr a0, mstatus
    srli a0, a0, MODE_SHIFT
    andi a0, a0, 3
    bnez a0, trap
    csrrw sp, mscratch, sp
    csrr a1, mepc
    sw a1, PROGRAM_COUNTER(sp)
    mv a0, sp
    la sp, stack_top
    csrr a1, mcause
    csrr a2, mtval
    call process_fault
    j schedule_next

/* Say where it was and begin anew. */
trap:
    la t0, trap_record
    li t1, TRAP_MAGIC
    sw t1, 0(t0)
    csrr t1, mcause
    sw t1, 4(t0)
    csrr t1, mepc
    sw t1, 8(t0)
    csrr t1, mtval
    sw t1, 12(t0)
    li t0, VG_SYSTEM_RESET
    li t1, VG_RESET_KEY
again:
    sw t1, 0(t0)
    j again

    .section .trap, "aw", @nobits
    .globl trap_record
trap_record:
    .space TRAP_BYTES
