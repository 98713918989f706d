/* The tree of files: a table of names.  What is in the files, and how long it stays, is a file system's business:
 * passing.c's, or lasting.c's for some folders with all below them. */
#include "process.h"

#define IMAGE VG_FLASH_ROOT_BASE

struct node nodes[NODES + LAYERED];

static const struct filesystem *keeper(uint32_t node)
{
    return nodes[node].lasting ? &lasting : &passing;
}

/* Return whether a node has content; of a link that is the path. */
static bool holds(const struct node *node)
{
    return (node->mode & S_IFMT) == S_IFREG || (node->mode & S_IFMT) == S_IFLNK;
}

/* Make the whole tree from the image; without a good one there is a blank root. */
ONCE void nodes_start(void)
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
        node->lasting = (node->mode & S_IFMT) == S_IFDIR && node->where == VG_IS_LASTING;
        node->lasting |= node->parent < number && nodes[node->parent].lasting;
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

/* Fill in a free entry that nobody finds yet: it counts as gone, and as open. */
static int32_t reserve(const struct process *process, uint32_t folder, const char *name, uint32_t mode)
{
    if (folder >= PROC_NODE || folder == proc_root())
        return -EACCES;
    if (nodes[folder].gone)
        return -ENOENT;
    if (!nodes_may(process, folder, 2 | 1))
        return -EACCES;
    uint32_t number = 1;
    while (number < NODES && (nodes[number].used || decoys_based(number)))
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
    node->used = node->gone = true;
    node->opens = 1;
    node->secret = nodes[folder].secret;
    if ((mode & S_IFMT) == S_IFDIR)
        decoys_named(number);
    return (int32_t)number;
}

int32_t nodes_make(const struct process *process, uint32_t folder, const char *name, uint32_t mode, const char *link)
{
    int32_t number = reserve(process, folder, name, mode);
    if (number < 0)
        return number;
    struct node *node = &nodes[number];
    node->lasting = number < NODES && nodes[folder].lasting;
    int32_t failed = keeper((uint32_t)number)->make((uint32_t)number, link);
    node->opens = 0;
    node->gone = false;
    if (!failed)
        return number;
    memset(node, 0, sizeof *node);
    if (number >= NODES)
        decoys_gone((uint32_t)number);
    return failed;
}

int32_t nodes_unnamed(const struct process *process, uint32_t folder, const char *name, uint32_t mode)
{
    return reserve(process, folder, name, mode);
}

/* Return whether a node is where files last; what a tree has there of its own (decoys.c) passes, and does not tell. */
static bool among_lasting(uint32_t number)
{
    while (number >= NODES)
        number = nodes[number].parent;
    return nodes[number].lasting;
}

int32_t nodes_link(const struct process *process, uint32_t folder, const char *name, uint32_t target)
{
    bool lasts = among_lasting(target);
    if (folder < PROC_NODE && nodes_may(process, folder, 2 | 1) && (lasts || among_lasting(folder)))
        return lasts && among_lasting(folder) ? -EPERM : -EXDEV;
    int32_t entry = nodes_make(process, folder, name, 0, NULL);
    if (entry < 0)
        return entry;
    nodes[entry].alias = true;
    nodes[entry].where = target;
    nodes[target].links++;
    return 0;
}

bool nodes_done(uint32_t number)
{
    const struct node *node = &nodes[number];
    return node->used && node->gone && !node->opens && !node->links && !decoys_based(number);
}

void nodes_let_go(uint32_t number)
{
    if (!nodes_done(number))
        return;
    keeper(number)->drop(number);
    if (number >= NODES)
        decoys_gone(number);
}

/* May an entry go, as far as the tree is concerned? */
static int32_t removable(uint32_t entry)
{
    if (nodes_mount(entry))
        return -EBUSY;
    for (uint32_t other = 1; other < (entry < NODES ? NODES : NODES + LAYERED); other++)
        if (nodes[other].used && !nodes[other].gone && nodes[other].parent == entry)
            return -ENOTEMPTY;
    for (struct process *process = processes; process < processes + PROCESSES; process++)
        if (process_lives(process) && process->folder == entry)
            return -EBUSY;
    return 0;
}

/* What an entry is the name of has lost that name. */
static void forget(uint32_t entry)
{
    uint32_t number = nodes_target(entry);
    if (nodes[entry].alias) {
        memset(&nodes[entry], 0, sizeof nodes[entry]);
        nodes[number].links--;
        if (entry >= NODES)
            decoys_gone(entry);
    } else {
        nodes[number].gone = true;
    }
    nodes_let_go(number);
}

int32_t nodes_remove(uint32_t entry)
{
    int32_t failed = removable(entry);
    if (!failed)
        failed = keeper(entry)->remove(entry);
    if (!failed)
        forget(entry);
    return failed;
}

int32_t nodes_move(uint32_t entry, uint32_t folder, const char *name, int32_t old)
{
    if (among_lasting(entry) != among_lasting(folder))
        return -EXDEV;
    int32_t failed = old < 0 ? 0 : removable((uint32_t)old);
    if (!failed && nodes_mount(entry))
        failed = -EBUSY;
    if (!failed && old >= NODES && among_lasting((uint32_t)old) && nodes[old].opens &&
        (nodes[old].mode & S_IFMT) == S_IFREG)
        failed = -EBUSY; /* as lasting.c has it */
    if (!failed)
        failed = keeper(entry)->rename(entry, folder, name);
    if (failed)
        return failed;
    if (old >= 0)
        forget((uint32_t)old);
    nodes[entry].parent = (uint16_t)folder;
    text_copy(nodes[entry].name, name, sizeof nodes[entry].name);
    if ((nodes[entry].mode & S_IFMT) == S_IFDIR)
        decoys_judge_anew();
    else
        decoys_named(nodes_target(entry));
    return 0;
}

int32_t nodes_appear(uint32_t number, int32_t old)
{
    struct node *node = &nodes[number];
    int32_t failed = nodes[node->parent].gone ? -ENOENT : 0;
    if (!failed && nodes[node->parent].lasting && !node->lasting)
        failed = lasting_adopt(number);
    if (!failed)
        failed = nodes_move(number, node->parent, node->name, old);
    if (!failed)
        node->gone = false;
    return failed;
}

int32_t nodes_note(uint32_t number, uint32_t mode, uint32_t user, uint32_t group, uint32_t modified)
{
    struct node *node = &nodes[number], before = *node;
    if (node->lasting && !aside_here())
        return ASIDE;
    node->mode = (uint16_t)mode;
    node->user = (uint16_t)user;
    node->group = (uint16_t)group;
    node->modified = modified;
    int32_t failed = keeper(number)->note(number);
    if (failed) {
        node->mode = before.mode;
        node->user = before.user;
        node->group = before.group;
        node->modified = before.modified;
    }
    return failed;
}

bool nodes_lasting(uint32_t number)
{
    return number < PROC_NODE && nodes[number].lasting;
}

bool nodes_mount(uint32_t number)
{
    return nodes_lasting(number) && !nodes[nodes[number].parent].lasting;
}

void nodes_open(uint32_t number)
{
    if (number < PROC_NODE)
        nodes[number].opens++;
}

void nodes_close(uint32_t number)
{
    if (number >= PROC_NODE)
        return;
    nodes[number].opens--;
    nodes_let_go(number);
}

int32_t nodes_read(uint32_t number, uint32_t offset, uint8_t *into, uint32_t size)
{
    const struct node *node = &nodes[number];
    if (offset >= node->size)
        return 0;
    if (size > node->size - offset)
        size = node->size - offset;
    return keeper(number)->read(number, offset, into, size);
}

int32_t nodes_write(uint32_t number, uint32_t offset, const uint8_t *from, uint32_t size)
{
    int32_t written = keeper(number)->write(number, offset, from, size);
    if (written >= 0)
        nodes[number].modified = clock_seconds();
    return written;
}

int32_t nodes_truncate(uint32_t number, uint32_t size)
{
    int32_t failed = keeper(number)->truncate(number, size);
    if (!failed)
        nodes[number].modified = clock_seconds();
    return failed;
}

int32_t nodes_sync(uint32_t number)
{
    return number < PROC_NODE ? keeper(number)->sync(number) : 0;
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
