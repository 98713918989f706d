/* Where a process's relative paths start in the path trie of the model in force: what gateware has to know of a
 * folder.  Twin: models/golden/paths.py. */
#include "process.h"

#define PATHS VG_MODEL_PATHS_OFFSET
#define MASK 0xFFFFFFu /* of a component's hash */
#define NODES_HALF (VG_PATH_NODES / 2)

static uint32_t entry_of(const uint8_t *image, uint32_t node)
{
    return *(const uint32_t *)(const void *)(image + PATHS + VG_NODE_BYTES * node);
}

/* Return the node that a component leads to, or VG_PATH_NODES. */
static uint32_t child_of(const uint8_t *image, uint32_t node, uint32_t hash)
{
    uint32_t places[] = {(hash ^ node) & (NODES_HALF - 1),
                         NODES_HALF | ((hash >> 7 ^ node >> 1 ^ (node & 1) << 6) & (NODES_HALF - 1))};
    for (uint32_t place = 0; place < 2; place++) {
        uint32_t entry = entry_of(image, places[place]);
        if (PART(entry, VG_NODE_EDGE) && PART(entry, VG_NODE_TAG) == hash >> 13 &&
            PART(entry, VG_NODE_PARENT) == node)
            return places[place];
    }
    uint32_t star = PART(entry_of(image, node), VG_NODE_STAR);
    return star ? star : VG_PATH_NODES;
}

uint32_t seeds_walk(const uint8_t *image, const char *path)
{
    const uint32_t *params = (const uint32_t *)(const void *)(image + VG_MODEL_PARAMS_OFFSET); /* two words of the flash */
    uint32_t node = VG_NODE_ROOT, excess = 0;
    uint32_t seed = (VG_GET(params, VG_PARAMS_PATH_SEED_HIGH) << 16 | VG_GET(params, VG_PARAMS_PATH_SEED_LOW)) & MASK;
    while (*path) {
        uint32_t hash = seed;
        for (; *path == '/'; path++)
            ;
        if (!*path)
            break;
        for (; *path && *path != '/'; path++) {
            uint32_t mixed = hash ^ (uint8_t)*path;
            hash = ((mixed << 7 | mixed >> 17) + VG_COMPONENT_STEP) & MASK;
        }
        uint32_t child = excess ? VG_PATH_NODES : child_of(image, node, hash);
        if (child != VG_PATH_NODES)
            node = child;
        else if (excess < VG_DEPTH_LIMIT)
            excess++;
    }
    return node | excess << 8;
}

uint32_t seeds_class(const uint8_t *image, const char *path)
{
    return PART(entry_of(image, seeds_walk(image, path) & 0xFF), VG_NODE_PATH_CLASS);
}

uint32_t seeds_of(struct process *process)
{
    if (seeds_known(process))
        return process->seed;
    const struct stored *model = store_newest();
    char path[PATH_BYTES];
    process->seeded = model && flash_ready() && nodes_path(process->folder, path, sizeof path) >= 0;
    process->seed_model = store_changes;
    process->seed_folder = process->folder;
    process->seed = process->seeded ? seeds_walk(store_image(model), path) : VG_NODE_UNKNOWN;
    return process->seed;
}
