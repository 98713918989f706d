/* Memory for windows and files: regions of whole granules, found by number, moved where that makes room.
 *
 * Nobody keeps a pointer into the pool across a call that may move regions, and programs have addresses of their own,
 * so everything in it may be moved: a region of n granules is to be had whenever n are free.  The worst case is one
 * copy of all that is in use. */
#include "process.h"

#define REGIONS 64
#define GRANULES (VG_RAM_SIZE / VG_GRANULE_BYTES)

static struct {
    uint8_t *memory;
    uint32_t granules, left, moves;
    struct {
        uint8_t first, size; /* in granules; size 0: not in use */
    } regions[REGIONS];
    uint8_t owner[GRANULES]; /* region by granule, or NO_REGION */
} pool;

ONCE void pool_start(void)
{
    memset(&pool, 0, sizeof pool);
    pool.memory = board_pool(&pool.granules);
    pool.left = pool.granules;
}

static uint8_t *at(uint32_t granule)
{
    return pool.memory + granule * VG_GRANULE_BYTES;
}

/* Move a region to where it may overlap itself, but no other. */
static void move(uint32_t region, uint32_t first)
{
    uint32_t old = pool.regions[region].first, size = pool.regions[region].size;
    if (old == first)
        return;
    memmove(at(first), at(old), size * VG_GRANULE_BYTES);
    memset(pool.owner + old, NO_REGION, size);
    memset(pool.owner + first, (int)region, size);
    pool.regions[region].first = (uint8_t)first;
    pool.moves++;
}

/* Move all regions up to `last` down and those behind it up, so that all that is free lies between. */
static void part_behind(uint32_t last)
{
    rehearsal_hold();
    uint32_t cut = last == NO_REGION ? pool.granules : pool.regions[last].first + 1u;
    uint32_t down = 0, up = pool.granules;
    for (uint32_t granule = 0; granule < cut;) {
        uint32_t region = pool.owner[granule], size = region ? pool.regions[region].size : 1u;
        if (region) {
            move(region, down);
            down += size;
        }
        granule += size;
    }
    for (uint32_t granule = pool.granules; granule > cut && granule > down;) {
        uint32_t region = pool.owner[granule - 1], size = region ? pool.regions[region].size : 1u;
        granule -= size;
        if (region) {
            up -= size;
            move(region, up);
        }
    }
    rehearsal_moved();
}

/* Return where so many granules in a row are free; pool.granules: nowhere. */
static uint32_t gap_of(uint32_t granules)
{
    uint32_t run = 0;
    for (uint32_t granule = 0; granule < pool.granules; granule++) {
        run = pool.owner[granule] ? 0 : run + 1;
        if (run == granules)
            return granule + 1 - run;
    }
    return pool.granules;
}

uint32_t pool_take(uint32_t granules)
{
    uint32_t region = 1;
    while (region < REGIONS && pool.regions[region].size)
        region++;
    if (!granules || granules > pool.left || region == REGIONS)
        return NO_REGION;
    uint32_t first = gap_of(granules);
    if (first == pool.granules) {
        part_behind(NO_REGION);
        first = gap_of(granules);
    }
    pool.regions[region].first = (uint8_t)first;
    pool.regions[region].size = (uint8_t)granules;
    memset(pool.owner + first, (int)region, granules);
    pool.left -= granules;
    return region;
}

uint32_t pool_get(uint32_t granules)
{
    uint32_t region = pool_take(granules);
    if (region != NO_REGION)
        memset(at(pool.regions[region].first), 0, granules * VG_GRANULE_BYTES);
    return region;
}

uint32_t pool_copy(uint32_t region)
{
    uint32_t copy = pool_take(pool_size(region));
    if (copy != NO_REGION)
        memcpy(pool_bytes(copy), pool_bytes(region), pool_size(region) * VG_GRANULE_BYTES);
    return copy;
}

static bool in_use(uint32_t region)
{
    return region != NO_REGION && region < REGIONS && pool.regions[region].size;
}

bool pool_resize(uint32_t region, uint32_t granules)
{
    if (!in_use(region) || !granules)
        return false;
    uint32_t size = pool.regions[region].size;
    if (granules > size + pool.left)
        return false;
    uint32_t more = granules > size ? granules - size : 0;
    for (uint32_t next = 0; next < more; next++) {
        uint32_t granule = pool.regions[region].first + size + next;
        if (granule >= pool.granules || pool.owner[granule]) {
            part_behind(region);
            break;
        }
    }
    uint32_t first = pool.regions[region].first;
    if (more) {
        memset(pool.owner + first + size, (int)region, more);
        memset(at(first + size), 0, more * VG_GRANULE_BYTES);
    } else {
        memset(pool.owner + first + granules, NO_REGION, size - granules);
    }
    pool.moves += granules != size; /* its limit is another one */
    pool.left = pool.left + size - granules;
    pool.regions[region].size = (uint8_t)granules;
    return true;
}

void pool_free(uint32_t region)
{
    if (!in_use(region))
        return;
    memset(pool.owner + pool.regions[region].first, NO_REGION, pool.regions[region].size);
    pool.left += pool.regions[region].size;
    pool.regions[region].size = 0;
}

uint8_t *pool_bytes(uint32_t region)
{
    return in_use(region) ? at(pool.regions[region].first) : NULL;
}

uint32_t pool_size(uint32_t region)
{
    return in_use(region) ? pool.regions[region].size : 0;
}

uint32_t pool_place(uint32_t region)
{
    return in_use(region) ? board_pool_place() + pool.regions[region].first : 0;
}

uint32_t pool_left(void)
{
    return pool.left;
}

uint32_t pool_moves(void)
{
    return pool.moves;
}
