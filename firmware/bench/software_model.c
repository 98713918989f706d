/* One call: six tables, three sums, a tier, a verdict.  The formulas are those of docs/scoring.md. */
#include "software_model.h"

#include <stddef.h>

#define IS_AT(member, offset) _Static_assert(offsetof(struct image, member) == (offset), "regions of the image")
IS_AT(bigram, VG_MODEL_BIGRAM_OFFSET);
IS_AT(trigram, VG_MODEL_TRIGRAM_OFFSET);
IS_AT(fourgram, VG_MODEL_FOURGRAM_OFFSET);
IS_AT(sixgram, VG_MODEL_SIXGRAM_OFFSET);
IS_AT(argument, VG_MODEL_ARGUMENT_OFFSET);
IS_AT(idmap, VG_MODEL_IDMAP_OFFSET);
IS_AT(unigram, VG_MODEL_UNIGRAM_OFFSET);
IS_AT(version, VG_MODEL_PARAMS_OFFSET + VG_PARAMS_VERSION_OFFSET / 8);
IS_AT(decayed, VG_MODEL_PARAMS_OFFSET + VG_PARAMS_DECAYED_1_OFFSET / 8);
IS_AT(cusum, VG_MODEL_PARAMS_OFFSET + VG_PARAMS_CUSUM_1_OFFSET / 8);
IS_AT(tree, VG_MODEL_PARAMS_OFFSET + VG_PARAMS_TREE_1_OFFSET / 8);
IS_AT(cusum_drift, VG_MODEL_PARAMS_OFFSET + VG_PARAMS_CUSUM_DRIFT_OFFSET / 8);
IS_AT(tree_drift, VG_MODEL_PARAMS_OFFSET + VG_PARAMS_TREE_DRIFT_OFFSET / 8);
IS_AT(drain, VG_MODEL_PARAMS_OFFSET + VG_PARAMS_DRAIN_OFFSET / 8);
_Static_assert(sizeof(struct image) == VG_IMAGE_BYTES, "bytes of an image");

enum { FULL = 0xFFFF };

struct image image;
struct policy policy;

static inline uint32_t turned10(uint32_t hash) { return (hash << 3 | hash >> 7) & 0x3FF; }
static inline uint32_t turned11(uint32_t hash) { return (hash << 4 | hash >> 7) & 0x7FF; }

/* Add `by` to a sum: it stays within 16 bits, and above its floor. */
static inline void move(struct sum *sum, int32_t by, uint32_t same_epoch, uint32_t drain) {
    uint32_t value = sum->value;
    uint32_t floor = value > drain ? (value - drain) & 0xFF00 : 0;
    if (same_epoch && sum->floor > floor) floor = sum->floor;
    int32_t moved = (int32_t)value + by;
    if (moved < (int32_t)floor) moved = (int32_t)floor;
    sum->value = moved > FULL ? FULL : (uint32_t)moved;
    sum->floor = floor;
}

static inline uint32_t tier_of(uint32_t value, const uint16_t thresholds[3]) {
    if (value < thresholds[0]) return 0;
    return 1 + (value >= thresholds[1]) + (value >= thresholds[2]);
}

uint32_t software_screen(struct process *process, struct tree *tree, uint32_t id, uint32_t path_class, uint32_t ok,
                         uint32_t epoch) {
    uint32_t token = image.idmap[id], attributes = policy.attributes[id], call_class = attributes & 7;
    uint32_t *before = process->before;
    uint32_t three = token ^ before[1], four = token ^ before[2], six = token ^ before[4];
    int32_t total = image.unigram[token] + image.bigram[token ^ process->bigram] + image.trigram[three] +
                    image.fourgram[four] + image.sixgram[six] +
                    image.argument[token ^ path_class << 6 ^ process->path_class ^ (ok ^ 1) << 1];

    /* What the call before takes off, once it is known to have succeeded. */
    int32_t by = 0, decayed = 0, cusum = 0, trees = 0;
    if (ok & process->effective) {
        by = -(int32_t)process->pending;
        decayed = -(int32_t)(process->decayed.value >> VG_LEAK_SHIFT);
        cusum = -image.cusum_drift;
        trees = -image.tree_drift;
    }
    process->effective = call_class != 0;
    process->pending = 0;
    if (call_class) {
        if (total >= 0)
            by += total;
        else
            process->pending = (uint32_t)-total;
        before[4] = turned10(token ^ before[3]);
        before[3] = turned10(four);
        before[2] = turned10(three);
        before[1] = turned10(token ^ before[0]);
        before[0] = turned10(token);
        process->bigram = turned11(token);
        process->path_class = path_class << 2;
    }

    uint32_t drain = image.drain;
    move(&process->decayed, by + decayed, epoch == process->epoch, drain);
    move(&process->cusum, by + cusum, epoch == process->epoch, drain);
    move(&tree->sum, by + trees, epoch == tree->epoch, drain);
    process->epoch = tree->epoch = epoch;

    uint32_t tier = tier_of(process->decayed.value, image.decayed);
    uint32_t other = tier_of(process->cusum.value, image.cusum);
    if (other > tier) tier = other;
    other = tier_of(tree->sum.value, image.tree);
    if (other > tier) tier = other;
    process->tier = tier;

    uint32_t violation = (process->allow & ~attributes) != 0;
    uint32_t secret = path_class >= VG_SECRET_FROM;
    return policy.verdicts[process->profile << 4 | call_class << 1 | secret][violation << 3 | tier];
}
