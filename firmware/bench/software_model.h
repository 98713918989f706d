/* The model that the gateware scores with, as a program: what `vigilante bench` compares the gateware with.
 *
 * It does less than the gateware: the class of a call's paths comes with the call, no vaccine is looked for, no tier
 * is kept over a change of model, no record is written.  docs/software-model.md says how it is measured. */
#ifndef SOFTWARE_MODEL_H
#define SOFTWARE_MODEL_H

#include <stdint.h>

#include "vigilante.h"

/* A model image as it is loaded: its regions in their order, little-endian as this core is. */
struct image {
    int8_t bigram[VG_MODEL_BIGRAM_BYTES];
    int8_t trigram[VG_MODEL_TRIGRAM_BYTES];
    int8_t fourgram[VG_MODEL_FOURGRAM_BYTES];
    int8_t sixgram[VG_MODEL_SIXGRAM_BYTES];
    int8_t argument[VG_MODEL_ARGUMENT_BYTES];
    uint8_t paths[VG_MODEL_PATHS_BYTES]; /* not used here */
    uint8_t idmap[VG_MODEL_IDMAP_BYTES];
    int8_t unigram[VG_MODEL_UNIGRAM_BYTES];
    uint8_t curve[VG_MODEL_CURVE_BYTES]; /* nor this */
    uint16_t version, decayed[3], cusum[3], tree[3], cusum_drift, tree_drift, drain, rest[19];
};

/* The policy, unpacked for this use: a byte for every cell of the judge, 0 (ALLOW) where a profile only monitors. */
struct policy {
    uint32_t attributes[512];
    uint8_t verdicts[VG_JUDGE_ROWS][VG_JUDGE_CELLS];
};

/* A sum and below what it cannot fall in its epoch. */
struct sum {
    uint32_t value, floor;
};

/* What is kept of a process.  The tokens before are kept as hashes that lack only the next one: `before[n]` of the
 * last n + 1 effective calls, by ten bits, and `bigram` of the last one, by eleven; all of them turned already. */
struct process {
    uint32_t bigram, before[5];
    uint32_t path_class; /* of the last effective call, where the argument table's index has it */
    uint32_t effective, pending, epoch;
    uint32_t profile, allow; /* the latter where ATTRIBUTES has it */
    uint32_t tier;
    struct sum decayed, cusum;
};

struct tree {
    uint32_t epoch;
    struct sum sum;
};

extern struct image image;
extern struct policy policy;

/* Take a call of `process`, which belongs to `tree`, into its numbers; return the verdict.
 * ok: the process's call before has succeeded.  Everything is inside its range. */
uint32_t software_screen(struct process *process, struct tree *tree, uint32_t id, uint32_t path_class, uint32_t ok,
                         uint32_t epoch);

#endif
