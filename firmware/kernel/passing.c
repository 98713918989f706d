/* Files that pass with a reset: what came with the image is read where it lies in flash, what is written is copied
 * to memory first. */
#include "process.h"

#define IMAGE VG_FLASH_ROOT_BASE
#define FILE_MAX (64 * VG_GRANULE_BYTES) /* bytes of a file in memory */

static int32_t nothing(uint32_t number)
{
    (void)number;
    return 0;
}

static int32_t rename_node(uint32_t number, uint32_t folder, const char *name)
{
    (void)number, (void)folder, (void)name;
    return 0;
}

static int32_t read(uint32_t number, uint32_t offset, uint8_t *into, uint32_t size)
{
    const struct node *node = &nodes[number];
    if (node->region == NO_REGION && !aside_flash())
        return ASIDE;
    const uint8_t *bytes = node->region == NO_REGION ? flash_at(IMAGE + node->where) : pool_bytes(node->region);
    memcpy(into, bytes + offset, size);
    return (int32_t)size;
}

/* Give a file's content `bytes` of room in memory. */
static int32_t make_room(struct node *node, uint32_t bytes)
{
    uint32_t granules = (bytes + VG_GRANULE_BYTES - 1) / VG_GRANULE_BYTES;
    if (bytes > FILE_MAX)
        return -EFBIG;
    if (node->region != NO_REGION)
        return granules <= pool_size(node->region) || pool_resize(node->region, granules) ? 0 : -ENOSPC;
    uint32_t kept = node->size < bytes ? node->size : bytes;
    if (kept && !aside_flash())
        return ASIDE;
    uint32_t region = pool_get(granules ? granules : 1);
    if (region == NO_REGION)
        return -ENOSPC;
    if (kept)
        memcpy(pool_bytes(region), flash_at(IMAGE + node->where), kept);
    node->region = (uint8_t)region;
    node->size = kept;
    return 0;
}

static int32_t write(uint32_t number, uint32_t offset, const uint8_t *from, uint32_t size)
{
    struct node *node = &nodes[number];
    uint32_t end = offset + size;
    if (end < offset || end > FILE_MAX)
        return -EFBIG;
    if (end > node->size || node->region == NO_REGION) {
        int32_t failed = make_room(node, end > node->size ? end : node->size);
        if (failed)
            return failed;
    }
    uint8_t *bytes = pool_bytes(node->region);
    if (offset > node->size)
        memset(bytes + node->size, 0, offset - node->size);
    memcpy(bytes + offset, from, size);
    if (end > node->size)
        node->size = end;
    return (int32_t)size;
}

static int32_t truncate(uint32_t number, uint32_t size)
{
    struct node *node = &nodes[number];
    uint32_t old = node->size;
    int32_t failed = make_room(node, size);
    if (failed)
        return failed;
    if (size > old)
        memset(pool_bytes(node->region) + old, 0, size - old);
    node->size = size;
    pool_resize(node->region, size ? (size + VG_GRANULE_BYTES - 1) / VG_GRANULE_BYTES : 1);
    return 0;
}

void passing_forget(uint32_t number)
{
    pool_free(nodes[number].region);
    nodes[number].region = NO_REGION;
}

static int32_t make(uint32_t number, const char *link)
{
    if (!link)
        return 0;
    int32_t written = write(number, 0, (const uint8_t *)link, text_length(link));
    if (written < 0)
        passing_forget(number);
    return written < 0 ? written : 0;
}

static void drop(uint32_t number)
{
    passing_forget(number);
    memset(&nodes[number], 0, sizeof nodes[number]);
}

const struct filesystem passing = {make, nothing, rename_node, nothing, read, write, truncate, nothing, drop};
