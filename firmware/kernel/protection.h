/* Protection, set at start and never changed again: what a process has in its windows is the windows' business.
 *
 * rule  what                        machine mode    user mode
 * 0, 1  the kernel's code           reads, runs     nothing       locked until reset
 * 2     user_text                   nothing         reads, runs
 * 3     user_data                   nothing         reads, writes
 *  -    all else                    reads, writes   nothing
 *
 * The first rule that an address meets decides, so none that is written later opens what the locked ones close; and
 * under machine-mode lockdown machine mode runs nothing but what was locked to be run before.  Lockdown comes when what
 * only boot runs has run: it lies behind the locked code, in memory that is used for something else afterwards. */
#ifndef PROTECTION_H
#define PROTECTION_H

#define CSR_MSECCFG 0x747
#define LOCKDOWN 1 /* of it: MML, which nothing but a reset clears */

#define NAPOT(base, size) (base >> 2 | (size >> 3) - 1)
#define RULE_READ 1
#define RULE_WRITE 2
#define RULE_EXECUTE 4
#define RULE_UP_TO_HERE 8 /* from the address of the rule before */
#define RULE_NATURAL 0x18
#define RULE_LOCKED 0x80
#define RULES                                                                                                    \
    ((RULE_NATURAL | RULE_READ | RULE_WRITE) << 24 | (RULE_NATURAL | RULE_READ | RULE_EXECUTE) << 16 |           \
     (RULE_LOCKED | RULE_UP_TO_HERE | RULE_READ | RULE_EXECUTE) << 8 | RULE_LOCKED)

/* Lock the code from `begin` to `end`, multiples of 64 bytes, and open the windows.  A register is lost. */
.macro protect begin:req, end:req
    la t0, \begin
    srli t0, t0, 2
    csrw pmpaddr0, t0
    la t0, \end
    srli t0, t0, 2
    csrw pmpaddr1, t0
    li t0, NAPOT(VG_USER_TEXT_BASE, VG_USER_TEXT_SIZE)
    csrw pmpaddr2, t0
    li t0, NAPOT(VG_USER_DATA_BASE, VG_USER_DATA_SIZE)
    csrw pmpaddr3, t0
    li t0, RULES
    csrw pmpcfg0, t0
.endm

/* Let machine mode run nothing but the code, until a reset. */
.macro lock_down
    csrwi CSR_MSECCFG, LOCKDOWN
.endm
#endif
