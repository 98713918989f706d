/* Calls that change the tree of files, and where a process stands in it. */
#include "files.h"

/* Find where a name is to be made: in a folder that holds none such. */
static int32_t new_place(struct process *process, uint32_t descriptor, uint32_t which, struct place *place)
{
    int32_t failed = paths_at(process, descriptor, which, false, place);
    if (failed)
        return failed;
    return place->node >= 0 || !paths_proper(place) ? -EEXIST : 0;
}

/* Find a name that may be taken out of its folder; `place` has it. */
static int32_t removable(struct process *process, uint32_t descriptor, uint32_t which, struct place *place)
{
    int32_t failed = paths_at(process, descriptor, which, false, place);
    if (failed || place->node < 0)
        return failed ? failed : place->node;
    if (!paths_proper(place))
        return -EINVAL;
    if (place->entry >= PROC_NODE || (uint32_t)place->entry == proc_root())
        return -EPERM;
    const struct node *folder = &nodes[place->folder];
    if (!nodes_may(process, place->folder, 2 | 1))
        return -EACCES;
    if (folder->mode & S_ISVTX && process->user && process->user != folder->user &&
        process->user != nodes[place->node].user)
        return -EPERM;
    return 0;
}

static int32_t make(struct process *process, uint32_t mode)
{
    struct place place;
    int32_t failed = new_place(process, ARGUMENT(process, 0), 0, &place);
    if (!failed && place.as_folder && (mode & S_IFMT) != S_IFDIR)
        failed = -ENOENT;
    if (!failed)
        failed = nodes_make(process, place.folder, place.last, mode, NULL);
    return failed < 0 ? failed : 0;
}

int32_t call_mkdirat(struct process *process)
{
    return make(process, S_IFDIR | (ARGUMENT(process, 2) & 0777 & ~022u));
}

int32_t call_mknodat(struct process *process)
{
    uint32_t mode = ARGUMENT(process, 2), type = mode & S_IFMT ? mode & S_IFMT : S_IFREG;
    if (type != S_IFREG && type != S_IFIFO)
        return type == S_IFCHR ? -EPERM : -EINVAL;
    return make(process, type | (mode & 0777 & ~022u));
}

int32_t call_symlinkat(struct process *process)
{
    char text[PATH_BYTES];
    struct place place;
    int32_t length = strings_get(process, 0, text);
    if (length <= 0)
        return length ? length : -ENOENT;
    int32_t failed = new_place(process, ARGUMENT(process, 1), 1, &place);
    if (failed || place.as_folder)
        return failed ? failed : -ENOENT;
    int32_t node = nodes_make(process, place.folder, place.last, S_IFLNK | 0777, text);
    return node < 0 ? node : 0;
}

/* May a process give a node another name?  Only what is its own, or what it may change anyway: a name that it can
 * move about would keep another's file, and what that may become. */
static bool may_link(const struct process *process, uint32_t node)
{
    uint32_t mode = nodes_mode(node);
    return process->user == 0 || process->user == nodes[node].user ||
           ((mode & S_IFMT) == S_IFREG && !(mode & S_ISUID) && nodes_may(process, node, 4 | 2));
}

int32_t call_linkat(struct process *process)
{
    struct place place;
    uint32_t flags = ARGUMENT(process, 4);
    if (flags & ~(uint32_t)AT_SYMLINK_FOLLOW)
        return -EINVAL;
    int32_t node = paths_node(process, ARGUMENT(process, 0), 0, flags);
    if (node < 0)
        return node;
    int32_t failed = new_place(process, ARGUMENT(process, 2), 1, &place);
    if (failed || place.as_folder)
        return failed ? failed : -ENOENT;
    if (node >= PROC_NODE)
        return -EXDEV;
    process->diverted |= node >= NODES; /* so is its new name its tree's own */
    if ((nodes[node].mode & S_IFMT) == S_IFDIR || !may_link(process, (uint32_t)node))
        return -EPERM;
    return nodes_link(process, place.folder, place.last, (uint32_t)node);
}

int32_t call_unlinkat(struct process *process)
{
    struct place place;
    uint32_t flags = ARGUMENT(process, 2);
    if (flags & ~(uint32_t)AT_REMOVEDIR)
        return -EINVAL;
    int32_t failed = removable(process, ARGUMENT(process, 0), 0, &place);
    if (failed)
        return failed;
    bool folder = (nodes[place.node].mode & S_IFMT) == S_IFDIR;
    if (folder != (flags != 0))
        return folder ? -EISDIR : -ENOTDIR;
    if (folder && place.entry < NODES && decoys_shown(process)) {
        failed = decoys_remove_folder(process, (uint32_t)place.entry);
        if (failed != 1)
            return failed;
    }
    failed = folder ? 0 : decoys_own(process, &place);
    if (failed)
        return failed;
    return nodes_remove((uint32_t)place.entry);
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
    struct place from, into;
    int32_t failed = removable(process, ARGUMENT(process, 0), 0, &from);
    if (failed)
        return failed;
    if (ARGUMENT(process, 4))
        return -EINVAL;
    failed = removable(process, ARGUMENT(process, 2), 1, &into);
    if (failed && (failed != -ENOENT || !paths_proper(&into)))
        return failed;
    bool there = !failed, folder = (nodes[from.node].mode & S_IFMT) == S_IFDIR;
    if (into.folder >= PROC_NODE || into.folder == proc_root() || !nodes_may(process, into.folder, 2 | 1))
        return -EACCES;
    if (nodes[into.folder].gone || (into.as_folder && !folder))
        return -ENOENT;
    if (folder && below(into.folder, (uint32_t)from.node))
        return -EINVAL;
    if (there && into.node == from.node)
        return 0;
    bool old_folder = there && (nodes[into.node].mode & S_IFMT) == S_IFDIR;
    if (there && old_folder != folder)
        return old_folder ? -EISDIR : -ENOTDIR;
    failed = decoys_own(process, &from);
    if (!failed && there)
        failed = decoys_own(process, &into);
    if (!failed)
        failed = nodes_move((uint32_t)from.entry, into.folder, into.last, there ? into.entry : -ENOENT);
    return failed;
}

/* --- what is kept of a node ---------------------------------------------------------------------------------- */

static bool owns(const struct process *process, uint32_t node)
{
    return node < PROC_NODE && !decoys_withheld(process, (int32_t)node) && (process->user == 0 || process->user == nodes[node].user);
}

int32_t call_fchmodat(struct process *process)
{
    int32_t node = paths_node(process, ARGUMENT(process, 0), 0, true);
    if (node < 0)
        return node;
    if (!owns(process, (uint32_t)node))
        return -EPERM;
    const struct node *is = &nodes[node];
    uint32_t mode = (is->mode & S_IFMT) | (ARGUMENT(process, 2) & 07777);
    return nodes_note((uint32_t)node, mode, is->user, is->group, is->modified);
}

int32_t call_fchownat(struct process *process)
{
    bool follow = !(ARGUMENT(process, 4) & AT_SYMLINK_NOFOLLOW);
    int32_t node = paths_node(process, ARGUMENT(process, 0), 0, follow);
    if (node < 0)
        return node;
    if (process->user || node >= PROC_NODE || decoys_withheld(process, node))
        return -EPERM;
    const struct node *is = &nodes[node];
    uint32_t user = ARGUMENT(process, 2) <= UINT16_MAX ? ARGUMENT(process, 2) : is->user;
    uint32_t group = ARGUMENT(process, 3) <= UINT16_MAX ? ARGUMENT(process, 3) : is->group;
    return nodes_note((uint32_t)node, is->mode & ~(uint32_t)S_ISUID, user, group, is->modified);
}

int32_t call_utimensat(struct process *process)
{
    struct abi_timespec times[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
    bool follow = !(ARGUMENT(process, 3) & AT_SYMLINK_NOFOLLOW);
    int32_t node = paths_node(process, ARGUMENT(process, 0), 0, follow);
    if (node < 0)
        return node;
    if (ARGUMENT(process, 2) && user_get(process, ARGUMENT(process, 2), times, sizeof times) < 0)
        return -EFAULT;
    if (decoys_withheld(process, node))
        return -EPERM;
    const struct abi_timespec *modified = &times[1];
    if (!owns(process, (uint32_t)node) &&
        (modified->nanoseconds != UTIME_NOW || node >= PROC_NODE || !nodes_may(process, (uint32_t)node, 2)))
        return modified->nanoseconds == UTIME_NOW ? -EACCES : -EPERM;
    if (modified->nanoseconds == UTIME_OMIT)
        return 0;
    const struct node *is = &nodes[node];
    uint32_t time = modified->nanoseconds == UTIME_NOW ? clock_seconds() : (uint32_t)modified->seconds;
    return nodes_note((uint32_t)node, is->mode, is->user, is->group, time);
}

/* --- where a process stands ---------------------------------------------------------------------------------- */

int32_t call_chdir(struct process *process)
{
    int32_t node = paths_node(process, (uint32_t)AT_FDCWD, 0, true);
    if (node < 0)
        return node;
    if ((nodes_mode((uint32_t)node) & S_IFMT) != S_IFDIR)
        return -ENOTDIR;
    if (node >= PROC_NODE || !nodes_may(process, (uint32_t)node, 1))
        return -EACCES;
    if (nodes_lasting((uint32_t)node) && !nodes_mount((uint32_t)node) && !aside_here())
        return ASIDE; /* it might be going just now */
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
