/* Calls the software model once for every call that stands behind the program, and says what came out. */
#include "software_model.h"

enum { CELL_BITS = 3 };

/* What stands behind the program, as sim/software.py puts it there. */
struct given {
    uint32_t count;
    uint32_t image[VG_IMAGE_BYTES / 4];
    uint32_t attributes[512];
    uint32_t rows[VG_JUDGE_ROWS][2];
    uint32_t enforce, profile;
    struct {
        uint32_t event, path_class; /* the first word of an EVENT, and what the path classifier found */
    } events[];                     /* calls, and a CLEAR before those of another process */
};

extern const uint8_t image_begin[], image_end[];

static struct process process;
static struct tree tree;

static inline uint32_t cycles(void) {
    uint32_t now;
    __asm__ volatile("csrr %0, mcycle" : "=r"(now) : : "memory");
    return now;
}

static void say(uint32_t word) { *(volatile uint32_t *)VG_UART_SEND = word; }

static void load(const struct given *given) {
    for (uint32_t word = 0; word < VG_IMAGE_BYTES / 4; ++word) ((uint32_t *)&image)[word] = given->image[word];
    for (uint32_t id = 0; id < 512; ++id) policy.attributes[id] = given->attributes[id];
    for (uint32_t row = 0; row < VG_JUDGE_ROWS; ++row) {
        uint64_t packed = (uint64_t)given->rows[row][1] << 32 | given->rows[row][0];
        if (!(given->enforce >> (row >> 4) & 1)) packed = 0;
        for (uint32_t cell = 0; cell < VG_JUDGE_CELLS; ++cell)
            policy.verdicts[row][cell] = packed >> CELL_BITS * cell & 7;
    }
}

static void clear(uint32_t profile) {
    for (uint32_t word = 0; word < sizeof process / 4; ++word) ((uint32_t *)&process)[word] = 0;
    for (uint32_t word = 0; word < sizeof tree / 4; ++word) ((uint32_t *)&tree)[word] = 0;
    process.profile = profile;
    process.allow = 1u << profile << VG_ATTRIBUTES_ALLOW_OFFSET;
}

/* Say what a reading of the counter takes by itself, then for every call what it took, A and C, and T, verdict and
 * tier; at the end a word of ones. */
void bench(void) {
    uint32_t behind = (uint32_t)(image_end - image_begin);
    const struct given *given = (const struct given *)(VG_FLASH_WINDOW_BASE + behind);
    load(given);
    uint32_t before = cycles(), after = cycles();
    say(after - before);
    for (uint32_t n = 0; n < given->count; ++n) {
        uint32_t event = given->events[n].event, path_class = given->events[n].path_class;
        if ((event & ((1u << VG_EVENT_KIND_WIDTH) - 1)) == VG_KIND_CLEAR) {
            clear(given->profile);
            continue;
        }
        uint32_t id = event >> VG_EVENT_ID_OFFSET & 0x1FF, epoch = event >> VG_EVENT_EPOCH_OFFSET & 0xFF;
        uint32_t ok = event >> VG_EVENT_OK_OFFSET & 1;
        before = cycles();
        uint32_t verdict = software_screen(&process, &tree, id, path_class, ok, epoch);
        after = cycles();
        say(after - before);
        say(process.decayed.value | process.cusum.value << 16);
        say(tree.sum.value | verdict << 16 | process.tier << 24);
    }
    say(0xFFFFFFFF);
    for (;;) {
    }
}
