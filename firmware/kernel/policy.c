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

/* Which calls end a rehearsal as an exploit: those of a class that a process beyond doubt is killed for, by the rows of
 * the first profile. */
static struct {
    uint8_t classes[VG_ID_COUNT]; /* by canonical id */
    uint8_t killed;               /* bit c: class c is */
} marks;
#define ROW_WORDS 2
#define ROW_OF_CLASS(class) ((class) << 1)

static void mark(uint32_t target, uint32_t offset, const uint32_t *words, uint32_t count)
{
    for (uint32_t word = offset; word < offset + count; word++, words++) {
        uint32_t class = word / ROW_WORDS / ROW_OF_CLASS(1);
        if (target == VG_TARGET_ATTRIBUTES)
            marks.classes[word] = (uint8_t)PART(*words, VG_ATTRIBUTES_CALL_CLASS);
        if (target != VG_TARGET_JUDGE || word % (ROW_WORDS * ROW_OF_CLASS(1)) || class > VG_CALL_CLASS_PRIVILEGE)
            continue;
        uint32_t answer = *words >> VG_TIER_CERTAIN * VG_VERDICT_BITS & ((1u << VG_VERDICT_BITS) - 1);
        marks.killed = (uint8_t)((marks.killed & ~(1u << class)) | (uint32_t)(answer == VG_VERDICT_KILL) << class);
    }
}

bool policy_marks(uint32_t id)
{
    return id < VG_ID_COUNT && marks.killed >> marks.classes[id] & 1;
}

ONCE void policy_start(void)
{
    mark(VG_TARGET_ATTRIBUTES, 0, vg_policy_attributes, VG_ID_COUNT);
    mark(VG_TARGET_JUDGE, 0, vg_policy_rows, 2 * VG_JUDGE_ROWS);
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
    mark(target, offset, frame->payload + VG_FRAME_LOAD_WORDS, count);
    return OUTCOME_DONE;
}
