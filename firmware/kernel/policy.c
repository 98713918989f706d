/* The policy: the default one at boot, and what the host loads. */
#include "kernel.h"
#ifdef __riscv
#pragma clang section rodata = ".once.rodata"
#endif
#include "policy.h"
#ifdef __riscv
#pragma clang section rodata = ""
#endif

#define NIBBLES(FIELD) ((VG_KEY_##FIELD##_WIDTH + 3) / 4)
#define KEY_NIBBLES \
    (NIBBLES(PATH_CLASS) + NIBBLES(NODE) + NIBBLES(FIELD0) + NIBBLES(FIELD1) + NIBBLES(TREE))

/* What the host may load: how many entries a target has, and which lock keeps it. */
static const struct {
    uint32_t entries, lock;
} tables[] = {
    [VG_TARGET_ATTRIBUTES] = {VG_ID_COUNT, VG_COPROCESSOR_LOCK_POLICY_MASK},
    [VG_TARGET_JUDGE] = {2 * VG_JUDGE_ROWS, VG_COPROCESSOR_LOCK_POLICY_MASK},
    [VG_TARGET_ENFORCE] = {1, VG_COPROCESSOR_LOCK_POLICY_MASK},
    [VG_TARGET_HASH_SET] = {VG_BANKS, VG_COPROCESSOR_LOCK_VACCINES_MASK},
    [VG_TARGET_HASH] = {16 * KEY_NIBBLES, VG_COPROCESSOR_LOCK_VACCINES_MASK},
};
#define TARGETS (sizeof tables / sizeof tables[0])

ONCE void policy_start(void)
{
    static const uint32_t enforce = VG_POLICY_ENFORCE;
    board_load((uint32_t)VG_TARGET_ATTRIBUTES << 16, vg_policy_attributes, VG_ID_COUNT);
    board_load((uint32_t)VG_TARGET_JUDGE << 16, vg_policy_rows, 2 * VG_JUDGE_ROWS);
    board_load((uint32_t)VG_TARGET_ENFORCE << 16, &enforce, 1);
}

enum outcome policy_load(const struct frame *frame)
{
    uint32_t address = VG_GET(frame->payload, VG_FRAME_LOAD_ADDRESS);
    uint32_t target = address >> 16, offset = address & 0xFFFF;
    uint32_t count = (frame->bytes - VG_FRAME_LOAD_BYTES) / 4;
    if (target >= TARGETS || tables[target].entries == 0)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "load ATTRIBUTES, JUDGE, ENFORCE, HASH_SET or HASH");
    if (offset + count > tables[target].entries)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "the words go beyond the table's end");
    if (board_pipeline_locks() & tables[target].lock)
        return serve_refuse(frame, VG_REFUSAL_LOCKED, "the table is locked until the board is reset");
    board_load(address, frame->payload + VG_FRAME_LOAD_WORDS, count);
    return OUTCOME_DONE;
}
