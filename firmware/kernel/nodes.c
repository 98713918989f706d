/* The tree of files: a table of names.  What came with the image is read where it lies in flash; what is written
 * is copied to memory first, and lives until the board is reset. */
#include "process.h"

#define IMAGE VG_FLASH_ROOT_BASE
#define FILE_MAX (64 * VG_GRANULE_BYTES) /* bytes of a file in memory */

struct node nodes[NODES + LAYERED];

/* Return whether a node has content; of a link that is the path. */
static bool holds(const struct node *node)
{
    return (node->mode & S_IFMT) == S_IFREG || (node->mode & S_IFMT) == S_IFLNK;
}

/* Make the whole tree from the image; without a good one there is a blank root. */
void nodes_start(void)
{
    memset(nodes, 0, sizeof nodes);
    nodes[ROOT_NODE].used = true;
    nodes[ROOT_NODE].mode = S_IFDIR | 0755;
    uint32_t header[VG_FLASH_ROOT_WORDS];
    memcpy(header, flash_at(IMAGE), sizeof header);
    uint32_t count = VG_GET(header, VG_FLASH_ROOT_NODES), size = VG_GET(header, VG_FLASH_ROOT_SIZE);
    const uint32_t *record = (const uint32_t *)(const void *)flash_at(IMAGE + VG_FLASH_ROOT_BYTES);
    if (VG_GET(header, VG_FLASH_ROOT_MAGIC) != VG_FLASH_ROOT_MAGIC || count > NODES ||
        size > VG_FLASH_ROOT_SIZE ||
        crc_of(record, count * VG_FLASH_NODE_WORDS) != VG_GET(header, VG_FLASH_ROOT_CHECK))
        return;
    for (uint32_t number = 0; number < count; number++, record += VG_FLASH_NODE_WORDS) {
        struct node *node = &nodes[number];
        node->mode = (uint16_t)VG_GET(record, VG_FLASH_NODE_MODE);
        node->parent = (uint16_t)VG_GET(record, VG_FLASH_NODE_PARENT);
        node->user = (uint16_t)VG_GET(record, VG_FLASH_NODE_USER);
        node->group = (uint16_t)VG_GET(record, VG_FLASH_NODE_GROUP);
        node->size = VG_GET(record, VG_FLASH_NODE_SIZE);
        node->where = VG_GET(record, VG_FLASH_NODE_OFFSET);
        memcpy(node->name, record + VG_FLASH_NODE_NAME0_OFFSET / 32, sizeof node->name);
        node->name[sizeof node->name - 1] = 0;
        bool whole = node->where <= size && node->size <= size - node->where;
        node->used = node->parent < (number ? number : 1) && (whole || !holds(node));
    }
}

uint32_t nodes_mode(uint32_t node)
{
    return node >= PROC_NODE ? proc_mode(node) : nodes[node].mode;
}

bool nodes_may(const struct process *process, uint32_t node, uint32_t want)
{
    uint32_t mode = nodes_mode(node);
    if (process->user == 0)
        return !(want & 1) || (mode & S_IFMT) == S_IFDIR || mode & 0111;
    if (node < PROC_NODE && nodes[node].user == process->user)
        mode >>= 6;
    else if (node < PROC_NODE && nodes[node].group == process->own_group)
        mode >>= 3;
    return (mode & want) == want;
}

int32_t nodes_child(uint32_t folder, const char *name)
{
    if (folder >= PROC_NODE)
        return proc_child(folder, name);
    for (uint32_t number = 1; number < NODES; number++)
        if (nodes[number].used && !nodes[number].gone && nodes[number].parent == folder &&
            text_same(nodes[number].name, name))
            return (int32_t)number;
    return proc_child(folder, name);
}

uint32_t nodes_target(uint32_t entry)
{
    return entry < PROC_NODE && nodes[entry].alias ? nodes[entry].where : entry;
}

int32_t nodes_make(const struct process *process, uint32_t folder, const char *name, uint32_t mode)
{
    if (folder >= PROC_NODE || folder == proc_root())
        return -EACCES;
    if (nodes[folder].gone)
        return -ENOENT;
    if (!nodes_may(process, folder, 2 | 1))
        return -EACCES;
    uint32_t number = 1;
    while (number < NODES && nodes[number].used)
        number++;
    number = decoys_made(process, folder, number);
    if (!number)
        return -ENOSPC;
    struct node *node = &nodes[number];
    memset(node, 0, sizeof *node);
    text_copy(node->name, name, sizeof node->name);
    node->mode = (uint16_t)mode;
    node->user = (uint16_t)process->user;
    node->group = (uint16_t)process->own_group;
    node->parent = (uint16_t)folder;
    node->modified = clock_seconds();
    node->used = true;
    node->secret = nodes[folder].secret;
    if ((mode & S_IFMT) == S_IFDIR)
        decoys_named(number);
    return (int32_t)number;
}

int32_t nodes_link(const struct process *process, uint32_t folder, const char *name, uint32_t target)
{
    int32_t entry = nodes_make(process, folder, name, 0);
    if (entry < 0)
        return entry;
    nodes[entry].alias = true;
    nodes[entry].where = target;
    nodes[target].links++;
    return 0;
}

static void let_go(struct node *node)
{
    if (!node->gone || node->opens || node->links)
        return;
    pool_free(node->region);
    memset(node, 0, sizeof *node);
    if (node >= nodes + NODES)
        decoys_gone((uint32_t)(node - nodes));
}

int32_t nodes_remove(uint32_t entry)
{
    struct node *node = &nodes[nodes_target(entry)];
    for (uint32_t other = 1; other < (entry < NODES ? NODES : NODES + LAYERED); other++)
        if (nodes[other].used && !nodes[other].gone && nodes[other].parent == entry)
            return -ENOTEMPTY;
    for (struct process *process = processes; process < processes + PROCESSES; process++)
        if (process_lives(process) && process->folder == entry)
            return -EBUSY;
    if (nodes[entry].alias) {
        memset(&nodes[entry], 0, sizeof nodes[entry]);
        node->links--;
        if (entry >= NODES)
            decoys_gone(entry);
    } else {
        node->gone = true;
    }
    let_go(node);
    return 0;
}

void nodes_close(uint32_t number)
{
    if (number >= PROC_NODE)
        return;
    nodes[number].opens--;
    let_go(&nodes[number]);
}

const uint8_t *nodes_content(uint32_t number)
{
    const struct node *node = &nodes[number];
    return node->region == NO_REGION ? flash_at(IMAGE + node->where) : pool_bytes(node->region);
}

int32_t nodes_read(uint32_t number, uint32_t offset, uint8_t *into, uint32_t size)
{
    const struct node *node = &nodes[number];
    if (offset >= node->size)
        return 0;
    if (size > node->size - offset)
        size = node->size - offset;
    memcpy(into, nodes_content(number) + offset, size);
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
    uint32_t kept = node->size < bytes ? node->size : bytes, region = pool_get(granules ? granules : 1);
    if (region == NO_REGION)
        return -ENOSPC;
    if (kept)
        memcpy(pool_bytes(region), flash_at(IMAGE + node->where), kept);
    node->region = (uint8_t)region;
    node->size = kept;
    return 0;
}

int32_t nodes_write(uint32_t number, uint32_t offset, const uint8_t *from, uint32_t size)
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
    node->modified = clock_seconds();
    return (int32_t)size;
}

int32_t nodes_truncate(uint32_t number, uint32_t size)
{
    struct node *node = &nodes[number];
    uint32_t old = node->size;
    int32_t failed = make_room(node, size);
    if (failed)
        return failed;
    if (size > old)
        memset(pool_bytes(node->region) + old, 0, size - old);
    node->size = size;
    node->modified = clock_seconds();
    pool_resize(node->region, size ? (size + VG_GRANULE_BYTES - 1) / VG_GRANULE_BYTES : 1);
    return 0;
}

int32_t nodes_path(uint32_t number, char *into, uint32_t room)
{
    char path[PATH_BYTES];
    uint32_t begin = sizeof path - 1;
    path[begin] = 0;
    if (number >= PROC_NODE)
        return -ENOENT;
    while (number != ROOT_NODE) {
        uint32_t length = text_length(nodes[number].name);
        if (length + 1 > begin)
            return -ERANGE;
        begin -= length;
        memcpy(path + begin, nodes[number].name, length);
        path[--begin] = '/';
        number = nodes[number].parent;
    }
    if (!path[begin])
        path[--begin] = '/';
    uint32_t length = sizeof path - begin;
    if (length > room)
        return -ERANGE;
    memcpy(into, path + begin, length);
    return (int32_t)length - 1;
}
