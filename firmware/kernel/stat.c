/* What a process is told of files: what they are, what a folder or a link holds. */
#include "files.h"

bool file_is_folder(const struct file *file)
{
    return file->kind == FILE_NODE && (nodes_mode(file->what) & S_IFMT) == S_IFDIR;
}

static void describe_node(uint32_t number, struct abi_stat *stat)
{
    memset(stat, 0, sizeof *stat);
    stat->inode = decoys_face(number) + 1;
    stat->mode = nodes_mode(number);
    stat->links = 1;
    stat->block_size = VG_GRANULE_BYTES;
    if (number >= PROC_NODE)
        return;
    const struct node *node = &nodes[number];
    stat->links = node->links + !node->gone;
    stat->user = node->user;
    stat->group = node->group;
    stat->size = (int64_t)node->size;
    stat->blocks = (stat->size + 511) / 512;
    stat->modified = stat->changed = stat->accessed = node->modified;
    if ((node->mode & S_IFMT) == S_IFCHR)
        stat->special = node->where;
}

int32_t call_fstat(struct process *process)
{
    struct abi_stat stat;
    const struct file *file = files_of(process, ARGUMENT(process, 0));
    if (!file)
        return -EBADF;
    if (file->kind == FILE_NODE || (file->kind == FILE_PIPE && file->what)) {
        describe_node(file->what, &stat);
    } else {
        memset(&stat, 0, sizeof stat);
        stat.mode = 0600 | (file->kind >= FILE_NULL ? S_IFCHR : file->kind == FILE_PIPE ? S_IFIFO : S_IFSOCK);
        stat.links = 1;
    }
    return user_put(process, ARGUMENT(process, 1), &stat, sizeof stat);
}

int32_t call_newfstatat(struct process *process)
{
    struct abi_stat stat;
    uint32_t flags = ARGUMENT(process, 3);
    if (flags & ~(uint32_t)AT_SYMLINK_NOFOLLOW)
        return -EINVAL;
    int32_t node = paths_node(process, ARGUMENT(process, 0), 0, !flags);
    if (node < 0)
        return node;
    describe_node((uint32_t)node, &stat);
    return user_put(process, ARGUMENT(process, 2), &stat, sizeof stat);
}

int32_t call_faccessat(struct process *process)
{
    int32_t node = paths_node(process, ARGUMENT(process, 0), 0, true);
    if (node < 0)
        return node;
    if (ARGUMENT(process, 2) > 7)
        return -EINVAL;
    return nodes_may(process, (uint32_t)node, ARGUMENT(process, 2)) ? 0 : -EACCES;
}

int32_t call_readlinkat(struct process *process)
{
    uint32_t address = ARGUMENT(process, 2), room = ARGUMENT(process, 3);
    int32_t node = paths_node(process, ARGUMENT(process, 0), 0, false);
    if (node < 0)
        return node;
    if ((nodes_mode((uint32_t)node) & S_IFMT) != S_IFLNK || !room || room > INT32_MAX)
        return -EINVAL;
    char text[PATH_BYTES];
    uint32_t size = nodes[node].size < room ? nodes[node].size : room;
    int32_t count = nodes_read((uint32_t)node, 0, (uint8_t *)text, size);
    int32_t failed = count < 0 ? count : user_put(process, address, text, (uint32_t)count);
    return failed ? failed : count;
}

/* Name the entry at a place in a folder: "." and "..", files by number, then what /proc makes up. */
static bool entry_at(const struct process *process, uint32_t folder, uint32_t place,
                     char name[VG_NODE_NAME_BYTES], uint32_t *node)
{
    *node = folder;
    if (place < 2) {
        text_copy(name, place ? ".." : ".", VG_NODE_NAME_BYTES);
        return true;
    }
    place -= 2;
    if (place >= NODES)
        return proc_entry(folder, place - NODES, name, node);
    name[0] = 0;
    uint32_t entry = decoys_listed(process, place);
    if (place && nodes[entry].used && !nodes[entry].gone && nodes[entry].parent == folder) {
        text_copy(name, nodes[entry].name, VG_NODE_NAME_BYTES);
        *node = nodes_target(entry);
    }
    return true;
}

int32_t call_getdents64(struct process *process)
{
    struct file *file = files_of(process, ARGUMENT(process, 0));
    uint32_t address = ARGUMENT(process, 1), room = ARGUMENT(process, 2), used = 0, node;
    char name[VG_NODE_NAME_BYTES];
    if (!file)
        return -EBADF;
    if (!file_is_folder(file))
        return -ENOTDIR;
    if (!user_bytes(process, address, room, true))
        return -EFAULT;
    for (; entry_at(process, file->what, file->offset, name, &node); file->offset++) {
        if (!name[0])
            continue;
        uint32_t length = (ABI_DIRENT_BYTES + text_length(name) + 1 + 7) & ~7u;
        if (length > room - used)
            return used ? (int32_t)used : -EINVAL;
        struct abi_dirent entry = {decoys_face(node) + 1, (int64_t)file->offset + 1, (uint16_t)length,
                                   (uint8_t)((nodes_mode(node) & S_IFMT) >> DT_SHIFT)};
        uint8_t *into = user_bytes(process, address + used, length, true);
        memset(into, 0, length);
        memcpy(into, &entry, ABI_DIRENT_BYTES);
        memcpy(into + ABI_DIRENT_BYTES, name, text_length(name));
        used += length;
    }
    return (int32_t)used;
}
