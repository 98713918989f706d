/* From a path to what it names: here, and nowhere else, a path becomes a node.
 *
 * Symbolic links are followed one after another, in place: what a link holds takes the place of what has been read
 * of the path.  Both the number of links and the length of a path are bounded, so a walk is. */
#include "process.h"

#define LINKS_MAX 8 /* to follow in one walk; Linux: 40.  A walk is not interrupted */
#define TRAPPABLE (S_ISVTX | 02) /* a folder in which anybody may make names, and not take away others' */

static bool is_a(uint32_t node, uint32_t type)
{
    return (nodes_mode(node) & S_IFMT) == type;
}

/* Take the next part off a path; what is left begins with a slash or is empty. */
static int32_t take_part(const char **path, char part[VG_NODE_NAME_BYTES])
{
    const char *from = *path;
    uint32_t length = 0;
    char next;
    while (*from == '/')
        from++;
    for (; (next = *from) && next != '/'; from++) {
        if (length + 1 == VG_NODE_NAME_BYTES)
            return -ENAMETOOLONG;
        part[length++] = next;
    }
    part[length] = 0;
    *path = from;
    return 0;
}

/* Return what a part of a path is the name of, in a folder that may be searched.  An empty one, and ".", stay. */
static int32_t entry_of(const struct process *process, uint32_t folder, const char *part)
{
    if (!part[0] || text_same(part, "."))
        return (int32_t)folder;
    if (text_same(part, ".."))
        return (int32_t)(folder >= PROC_NODE ? proc_root() : nodes[folder].parent);
    int32_t entry = nodes_child(folder, part);
    return decoys_shown(process) && decoys_touch(process, folder, entry) ? decoys_entry(process, folder, part, entry)
                                                                         : entry;
}

/* In a folder such as /tmp a link is followed only if it is the follower's, or the folder's owner made it: others
 * are traps. */
static bool trusted(const struct process *process, uint32_t folder, uint32_t link)
{
    return folder >= PROC_NODE || (nodes[folder].mode & TRAPPABLE) != TRAPPABLE ||
           nodes[link].user == process->user || nodes[link].user == nodes[folder].user;
}

/* Put what a link holds in front of the rest of the path that `text` holds. */
static int32_t enter_link(uint32_t link, char text[PATH_BYTES], const char *rest)
{
    uint32_t length = nodes[link].size, left = text_length(rest) + 1;
    if (!length || length + left > PATH_BYTES)
        return -ENAMETOOLONG;
    memmove(text + length, rest, left);
    int32_t count = nodes_read(link, 0, (uint8_t *)text, length);
    return count == (int32_t)length ? 0 : count < 0 ? count : -EIO;
}

int32_t paths_walk(struct process *process, uint32_t folder, const char *path, char text[PATH_BYTES], bool follow,
                   struct place *place)
{
    const char *rest = path;
    place->last[0] = 0;
    place->links = 0;
    if (!path[0])
        return -ENOENT;
    if (path[0] == '/')
        folder = ROOT_NODE;
    for (;;) {
        int32_t failed = take_part(&rest, place->last);
        if (failed)
            return failed;
        if (!is_a(folder, S_IFDIR))
            return -ENOTDIR;
        if (nodes_lasting(folder) && !lasting_ready())
            return ASIDE; /* that is under way at boot, and what is made aside comes behind it */
        if (!nodes_may(process, folder, 1))
            return -EACCES;
        const char *more = rest;
        while (*more == '/')
            more++;
        place->folder = folder;
        place->as_folder = *rest == '/';
        place->entry = entry_of(process, folder, place->last);
        place->node = place->entry < 0 ? place->entry : (int32_t)nodes_target((uint32_t)place->entry);
        if (place->node < 0 && !*more)
            return 0;
        if (place->node < 0) {
            place->last[0] = 0; /* a folder on the way is missing */
            return place->node;
        }
        if (is_a((uint32_t)place->node, S_IFLNK) && (follow || *rest)) {
            if (place->links++ == LINKS_MAX)
                return -ELOOP;
            if (!trusted(process, folder, (uint32_t)place->node))
                return -EACCES;
            failed = enter_link((uint32_t)place->node, text, rest);
            if (failed)
                return failed;
            rest = text;
            folder = text[0] == '/' ? ROOT_NODE : folder;
            continue;
        }
        if (!*more)
            return place->as_folder && !is_a((uint32_t)place->node, S_IFDIR) ? -ENOTDIR : 0;
        folder = (uint32_t)place->node;
    }
}

/* Write the path of what has been found, free of links; return its length or an error. */
static int32_t path_of(const struct place *place, char text[PATH_BYTES])
{
    int32_t length = nodes_path(place->folder, text, PATH_BYTES);
    if (length < 0) { /* only what proc.c makes up has no path of its own */
        text_copy(text, "/proc", PATH_BYTES);
        length = (int32_t)text_length(text);
    }
    if (!paths_proper(place))
        return place->node < 0 ? length : nodes_path((uint32_t)place->node, text, PATH_BYTES);
    uint32_t more = text_length(place->last);
    if (length == 1)
        length = 0; /* the root's is the slash */
    if ((uint32_t)length + 1 + more >= PATH_BYTES)
        return -ENAMETOOLONG;
    text[length] = '/';
    text_copy(text + length + 1, place->last, PATH_BYTES - (uint32_t)length - 1);
    return length + 1 + (int32_t)more;
}

int32_t paths_at(struct process *process, uint32_t descriptor, uint32_t which, bool follow, struct place *place)
{
    struct string_room room;
    char text[PATH_BYTES];
    int32_t failed;
    const char *path = strings_at(process, which, &room, &failed);
    if (failed)
        return failed;
    bool relative = path[0] != '/';
    int32_t folder = relative ? files_folder(process, (int32_t)descriptor) : ROOT_NODE;
    failed = folder < 0 ? folder : paths_walk(process, (uint32_t)folder, path, text, follow, place);
    if (failed)
        return failed;
    /* Gateware has judged the text.  Where that does not tell what it leads to, the object is judged as well. */
    bool told = !SCREENED || !relative || ((int32_t)descriptor == AT_FDCWD && process->seeded);
    if (!told || place->links) {
        bool lasts = nodes_lasting(place->folder) || (place->node >= 0 && nodes_lasting((uint32_t)place->node));
        if ((lasts && !aside_here()) || !aside_flash())
            return ASIDE; /* so that it is judged once */
        failed = path_of(place, text);
        failed = failed < 0 ? failed : events_resolved(process, text);
        if (failed == DIVERTED) {
            path = strings_at(process, which, &room, &failed);
            failed = paths_walk(process, (uint32_t)folder, path, text, follow, place);
        }
        if (failed)
            return failed;
    }
    decoys_even(process, place);
    return decoys_shown(process) ? decoys_found(process, place) : 0;
}

int32_t paths_node(struct process *process, uint32_t descriptor, uint32_t which, bool follow)
{
    struct place place;
    int32_t failed = paths_at(process, descriptor, which, follow, &place);
    return failed ? failed : place.node;
}

bool paths_proper(const struct place *place)
{
    return place->last[0] && !text_same(place->last, ".") && !text_same(place->last, "..");
}
