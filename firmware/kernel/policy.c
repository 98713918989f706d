/* The policy: the default one at boot, and what the host loads. */
#include "operator.h"
#ifdef __riscv
#pragma clang section rodata = ".once.rodata"
#endif
#include "policy.h"
#ifdef __riscv
#pragma clang section rodata = ""
#endif

/* What the host may load: how many entries a target has, and which lock keeps it. */
static const struct {
    uint32_t entries, lock;
} tables[] = {
    [VG_TARGET_ATTRIBUTES] = {VG_ID_COUNT, VG_COPROCESSOR_LOCK_POLICY_MASK},
    [VG_TARGET_JUDGE] = {2 * VG_JUDGE_ROWS, VG_COPROCESSOR_LOCK_POLICY_MASK},
    [VG_TARGET_ENFORCE] = {1, VG_COPROCESSOR_LOCK_POLICY_MASK},
    [VG_TARGET_TEMPLATES] = {VG_ID_COUNT, VG_COPROCESSOR_LOCK_POLICY_MASK},
    [VG_TARGET_HASH_SET] = {VG_HOST_BANKS, VG_COPROCESSOR_LOCK_VACCINES_MASK},
    [VG_TARGET_HASH] = {16 * VG_HASH_NIBBLES, VG_COPROCESSOR_LOCK_VACCINES_MASK},
};
#define TARGETS (sizeof tables / sizeof tables[0])

ONCE void policy_start(void)
{
    static const uint32_t enforce = VG_POLICY_ENFORCE;
    board_load((uint32_t)VG_TARGET_ATTRIBUTES << 16, vg_policy_attributes, VG_ID_COUNT);
    board_load((uint32_t)VG_TARGET_JUDGE << 16, vg_policy_rows, 2 * VG_JUDGE_ROWS);
    board_load((uint32_t)VG_TARGET_ENFORCE << 16, &enforce, 1);
    static const uint32_t none[16];
    for (uint32_t id = 0; id < VG_ID_COUNT; id += 16)
        board_load((uint32_t)VG_TARGET_TEMPLATES << 16 | id, none, 16);
    for (uint32_t row = 0; row < sizeof vg_policy_templates / sizeof vg_policy_templates[0]; row++)
        board_load((uint32_t)VG_TARGET_TEMPLATES << 16 | vg_policy_templates[row][0], &vg_policy_templates[row][1], 1);
}

enum outcome policy_load(const struct frame *frame)
{
    uint32_t address = VG_GET(frame->payload, VG_FRAME_LOAD_ADDRESS);
    uint32_t target = address >> 16, offset = address & 0xFFFF;
    uint32_t count = (frame->bytes - VG_FRAME_LOAD_BYTES) / 4;
    if (target >= TARGETS || tables[target].entries == 0)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "load ATTRIBUTES, JUDGE, ENFORCE, TEMPLATES, HASH_SET, HASH");
    if (offset + count > tables[target].entries)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "the words go beyond the table's end");
    if (board_pipeline_locks() & tables[target].lock)
        return serve_refuse(frame, VG_REFUSAL_LOCKED, "the table is locked until the board is reset");
    if (target == VG_TARGET_HASH && vaccines_any())
        return serve_refuse(frame, VG_REFUSAL_ORDER, "vaccines of the board's stand by the hashes: revoke them");
    board_load(address, frame->payload + VG_FRAME_LOAD_WORDS, count);
    return OUTCOME_DONE;
}
