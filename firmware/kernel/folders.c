/* Calls that change the tree of files, and where a process stands in it. */
#include "process.h"

int32_t folder_of(const struct process *process, int32_t descriptor)
{
    return descriptor == AT_FDCWD ? (int32_t)process->folder : files_folder(process, descriptor);
}

/* Find the folder of what a descriptor and a path name, which may not be there; its last part goes to `last`. */
static int32_t parent_of(struct process *process, uint32_t descriptor, uint32_t address,
                         char last[VG_NODE_NAME_BYTES])
{
    char path[PATH_BYTES];
    int32_t failed = user_string(process, address, path, sizeof path);
    if (failed < 0)
        return failed;
    int32_t folder = path[0] == '/' ? ROOT_NODE : folder_of(process, (int32_t)descriptor);
    return folder < 0 ? folder : nodes_parent(process, (uint32_t)folder, path, last);
}

/* Find a node that may be taken out of its folder, which is `parent`. */
static int32_t removable(const struct process *process, uint32_t parent, const char *last)
{
    if (!last[0] || text_same(last, ".") || text_same(last, ".."))
        return -EINVAL;
    int32_t node = nodes_child(parent, last);
    if (node < 0)
        return nodes_may(process, parent, 1) ? node : -EACCES;
    if (node >= PROC_NODE || proc_folder((uint32_t)node))
        return -EPERM;
    return nodes_may(process, parent, 2 | 1) ? node : -EACCES;
}

int32_t call_mkdirat(struct process *process)
{
    char last[VG_NODE_NAME_BYTES];
    int32_t parent = parent_of(process, ARGUMENT(process, 0), ARGUMENT(process, 1), last);
    if (parent < 0)
        return parent;
    if (!last[0] || text_same(last, ".") || text_same(last, "..") || nodes_child((uint32_t)parent, last) >= 0)
        return -EEXIST;
    int32_t node = nodes_make(process, (uint32_t)parent, last, S_IFDIR | (ARGUMENT(process, 2) & 0777 & ~022u));
    return node < 0 ? node : 0;
}

int32_t call_unlinkat(struct process *process)
{
    char last[VG_NODE_NAME_BYTES];
    int32_t parent = parent_of(process, ARGUMENT(process, 0), ARGUMENT(process, 1), last);
    int32_t node = parent < 0 ? parent : removable(process, (uint32_t)parent, last);
    if (node < 0)
        return node;
    bool folder = (nodes[node].mode & S_IFMT) == S_IFDIR, wanted = ARGUMENT(process, 2) & AT_REMOVEDIR;
    if (folder != wanted)
        return folder ? -EISDIR : -ENOTDIR;
    return nodes_remove((uint32_t)node);
}

/* Return whether `node` is `folder` or lies below it. */
static bool below(uint32_t node, uint32_t folder)
{
    for (; node != folder; node = nodes[node].parent)
        if (node == ROOT_NODE)
            return false;
    return true;
}

int32_t call_renameat2(struct process *process)
{
    char last[VG_NODE_NAME_BYTES];
    int32_t parent = parent_of(process, ARGUMENT(process, 0), ARGUMENT(process, 1), last);
    int32_t node = parent < 0 ? parent : removable(process, (uint32_t)parent, last);
    if (node < 0)
        return node;
    if (ARGUMENT(process, 4))
        return -EINVAL;
    parent = parent_of(process, ARGUMENT(process, 2), ARGUMENT(process, 3), last);
    if (parent < 0)
        return parent;
    if (parent >= PROC_NODE || proc_folder((uint32_t)parent) || !nodes_may(process, (uint32_t)parent, 2 | 1))
        return -EACCES;
    bool folder = (nodes[node].mode & S_IFMT) == S_IFDIR;
    if (!last[0] || text_same(last, ".") || text_same(last, "..") ||
        (folder && below((uint32_t)parent, (uint32_t)node)))
        return -EINVAL;
    int32_t old = nodes_child((uint32_t)parent, last);
    if (old == node)
        return 0;
    if (old >= 0) {
        bool old_folder = (nodes[old].mode & S_IFMT) == S_IFDIR;
        if (old_folder != folder)
            return old_folder ? -EISDIR : -ENOTDIR;
        int32_t failed = nodes_remove((uint32_t)old);
        if (failed)
            return failed;
    }
    nodes[node].parent = (uint16_t)parent;
    text_copy(nodes[node].name, last, sizeof nodes[node].name);
    return 0;
}

/* Find a node whose owner or permissions are to be changed by their owner. */
static int32_t owned(struct process *process, char last[VG_NODE_NAME_BYTES])
{
    int32_t parent = parent_of(process, ARGUMENT(process, 0), ARGUMENT(process, 1), last);
    int32_t node = parent < 0 ? parent : nodes_find(process, (uint32_t)parent, last[0] ? last : ".");
    if (node >= PROC_NODE || (node >= 0 && process->user && process->user != nodes[node].user))
        return -EPERM;
    return node;
}

int32_t call_fchmodat(struct process *process)
{
    char last[VG_NODE_NAME_BYTES];
    int32_t node = owned(process, last);
    if (node < 0)
        return node;
    uint32_t mode = ARGUMENT(process, 2) & 07777;
    nodes[node].mode = (uint16_t)((nodes[node].mode & S_IFMT) | mode);
    return 0;
}

int32_t call_fchownat(struct process *process)
{
    char last[VG_NODE_NAME_BYTES];
    int32_t node = owned(process, last);
    if (node < 0)
        return node;
    if (process->user)
        return -EPERM;
    if (ARGUMENT(process, 2) <= UINT16_MAX)
        nodes[node].user = (uint16_t)ARGUMENT(process, 2);
    if (ARGUMENT(process, 3) <= UINT16_MAX)
        nodes[node].group = (uint16_t)ARGUMENT(process, 3);
    nodes[node].mode &= (uint16_t)~S_ISUID;
    return 0;
}

int32_t call_chdir(struct process *process)
{
    char path[PATH_BYTES];
    int32_t failed = user_string(process, ARGUMENT(process, 0), path, sizeof path);
    if (failed < 0)
        return failed;
    int32_t node = nodes_find(process, process->folder, path);
    if (node < 0)
        return node;
    if ((nodes_mode((uint32_t)node) & S_IFMT) != S_IFDIR)
        return -ENOTDIR;
    if (node >= PROC_NODE || !nodes_may(process, (uint32_t)node, 1))
        return -EACCES;
    process->folder = (uint32_t)node;
    return 0;
}

int32_t call_getcwd(struct process *process)
{
    char path[PATH_BYTES];
    uint32_t room = ARGUMENT(process, 1) < sizeof path ? ARGUMENT(process, 1) : (uint32_t)sizeof path;
    int32_t length = nodes_path(process->folder, path, room);
    if (length < 0)
        return length;
    int32_t failed = user_put(process, ARGUMENT(process, 0), path, (uint32_t)length + 1);
    return failed ? failed : length + 1;
}
