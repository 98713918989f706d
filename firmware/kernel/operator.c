/* The tree of files for the operator: listed, read, written and changed by frames.
 *
 * A file that is being written has no name until all of it is there: it is a node that counts as gone, but open.  So
 * whatever ends the session leaves nothing of it, and whoever opens the name finds the old file or the new one.
 * It is in memory until then, whatever keeps it afterwards. */
#include "operator.h"

#define ENTRIES_MAX 32 /* in a frame */
#define PIECE 256

_Static_assert(VG_NODE_NAME_BYTES <= VG_LINK_FILE_NAME_BYTES, "names fit");

static struct {
    struct process root; /* whose rights count; in no table */
    uint32_t epoch;
    bool reading, writing;
    uint32_t source, read;                 /* node, and bytes of it that have gone */
    uint32_t target, folder, size, written; /* the nameless node, where its name will be, bytes */
    struct frame frame;                     /* whose work is under way */
    struct place place;                     /* what its path has led to */
    uint8_t piece[PIECE];                   /* of the file that is read, where it lasts */
} operator;

ONCE void operator_start(void)
{
    memset(&operator, 0, sizeof operator);
    operator.root.tree = NO_TREE;
}

static void stop_reading(void)
{
    if (operator.reading)
        nodes_close(operator.source);
    operator.reading = false;
}

void operator_forget(void)
{
    if (operator.writing) {
        nodes_close(operator.target);
        nodes_close(operator.folder);
    }
    operator.writing = false;
}

uint32_t operator_written(void)
{
    operator_step();
    return operator.writing && operator.written == operator.size ? operator.target : NODES;
}

void operator_step(void)
{
    int32_t result;
    if (operator.epoch == link_epoch() || aside_here())
        return;
    if (aside_holds(&operator) && !aside_take(&operator, &result))
        return; /* what the session that is over has asked for goes on to its end */
    operator.epoch = link_epoch();
    stop_reading();
    operator_forget();
}

enum outcome operator_answer(int32_t result)
{
    uint32_t *payload = send_open(VG_FRAME_TYPE_RESULT, VG_FRAME_RESULT_BYTES);
    if (!payload)
        return OUTCOME_WAIT; /* serve.c has seen to it that there is room */
    payload[WORD(VG_FRAME_RESULT_ERROR)] = AS(VG_FRAME_RESULT_ERROR, result < 0 ? -result : 0);
    payload[WORD(VG_FRAME_RESULT_VALUE)] = result < 0 ? 0 : (uint32_t)result;
    send_close(VG_FRAME_RESULT_BYTES);
    return OUTCOME_DONE;
}

bool operator_busy(void)
{
    return aside_holds(&operator);
}

bool operator_done(aside_work *work, const struct frame *frame, int32_t *result)
{
    operator_step();
    if (!lasting_ready())
        return false; /* the tree has only what came with the image */
    if (aside_holds(&operator))
        return operator.epoch == link_epoch() && aside_take(&operator, result);
    operator.frame = *frame;
    *result = work(&operator.frame);
    if (*result != ASIDE)
        return true;
    return aside_begin(&operator, work, &operator.frame) && aside_take(&operator, result);
}

enum outcome operator_do(aside_work *work, const struct frame *frame)
{
    int32_t result;
    return operator_done(work, frame, &result) ? operator_answer(result) : OUTCOME_WAIT;
}

/* --- paths --------------------------------------------------------------------------------------------------- */

/* Find what the path behind a frame's `fixed` bytes names, as `tree` sees it: 1 + its number, or 0.  Return 0, with
 * place->node -ENOENT where only the last name is missing; or an error. */
static int32_t named(const struct frame *frame, uint32_t fixed, uint32_t tree, bool follow, struct place *place)
{
    char path[PATH_BYTES];
    uint32_t length = frame->bytes - fixed;
    operator_step();
    operator.root.tree = tree && tree <= PROCESSES ? tree - 1 : NO_TREE;
    if (length >= sizeof path)
        return -ENAMETOOLONG;
    memcpy(path, frame->payload + fixed / 4, length);
    path[length] = 0;
    operator.root.diverted = false;
    if (text_length(path) != length)
        return -EINVAL;
    int32_t failed = paths_walk(&operator.root, ROOT_NODE, path, path, follow, place);
    return failed || !decoys_shown(&operator.root) ? failed : decoys_found(&operator.root, place);
}

static uint32_t type_of(int32_t node)
{
    return nodes_mode((uint32_t)node) & S_IFMT;
}

/* --- reading ------------------------------------------------------------------------------------------------- */

static void describe(uint32_t *entry, uint32_t number, const char *name)
{
    memset(entry, 0, VG_FILE_ENTRY_BYTES);
    entry[WORD(VG_FILE_ENTRY_MODE)] = AS(VG_FILE_ENTRY_MODE, nodes_mode(number));
    text_copy((char *)(entry + WORD(VG_FILE_ENTRY_NAME0)), name, VG_LINK_FILE_NAME_BYTES);
    if (number >= PROC_NODE)
        return;
    const struct node *node = &nodes[number];
    entry[WORD(VG_FILE_ENTRY_USER)] |= AS(VG_FILE_ENTRY_USER, node->user);
    entry[WORD(VG_FILE_ENTRY_GROUP)] = AS(VG_FILE_ENTRY_GROUP, node->group);
    entry[WORD(VG_FILE_ENTRY_SIZE)] = node->size;
    entry[WORD(VG_FILE_ENTRY_MODIFIED)] = node->modified;
}

static int32_t find_listed(void *what)
{
    const struct frame *frame = what;
    bool itself = VG_GET(frame->payload, VG_FRAME_FILE_LIST_ITSELF);
    uint32_t tree = VG_GET(frame->payload, VG_FRAME_FILE_LIST_TREE);
    int32_t failed = named(frame, VG_FRAME_FILE_LIST_BYTES, tree, !itself, &operator.place);
    return failed ? failed : operator.place.node;
}

enum outcome operator_list(const struct frame *frame)
{
    char name[VG_NODE_NAME_BYTES];
    bool itself = VG_GET(frame->payload, VG_FRAME_FILE_LIST_ITSELF);
    int32_t found;
    if (!operator_done(find_listed, frame, &found))
        return OUTCOME_WAIT;
    if (found < 0)
        return operator_answer(found);
    uint32_t place = VG_GET(frame->payload, VG_FRAME_FILE_LIST_FIRST), count = 0, node = (uint32_t)found;
    uint32_t *payload =
        send_open(VG_FRAME_TYPE_FILE_ENTRIES, VG_FRAME_FILE_ENTRIES_BYTES + ENTRIES_MAX * VG_FILE_ENTRY_BYTES);
    if (!payload)
        return OUTCOME_WAIT;
    uint32_t *entry = payload + VG_FRAME_FILE_ENTRIES_WORDS;
    if (type_of(found) != S_IFDIR || itself) {
        describe(entry, node, operator.place.last);
        place = 0;
        count = 1;
    } else {
        bool more = true;
        for (; more && count < ENTRIES_MAX; place++) {
            uint32_t child = place;
            bool real = place < NODES;
            if (real)
                child = decoys_listed(&operator.root, place);
            if (real && (!place || !nodes[child].used || nodes[child].gone || nodes[child].parent != node))
                continue;
            more = real || proc_entry(node, place - NODES, name, &child);
            if (more)
                describe(entry + VG_FILE_ENTRY_WORDS * count++, nodes_target(child), real ? nodes[child].name : name);
        }
        place = more ? place : 0;
    }
    payload[0] = AS(VG_FRAME_FILE_ENTRIES_COUNT, count) | AS(VG_FRAME_FILE_ENTRIES_NEXT, place);
    send_close(VG_FRAME_FILE_ENTRIES_BYTES + count * VG_FILE_ENTRY_BYTES);
    return OUTCOME_DONE;
}

static int32_t begin_reading(void *what)
{
    const struct frame *frame = what;
    uint32_t tree = VG_GET(frame->payload, VG_FRAME_FILE_READ_TREE);
    int32_t failed = named(frame, VG_FRAME_FILE_READ_BYTES, tree, true, &operator.place), node = operator.place.node;
    if (failed || node < 0)
        return failed ? failed : node;
    if (type_of(node) != S_IFREG)
        return type_of(node) == S_IFDIR ? -EISDIR : -EINVAL;
    if (nodes_lasting((uint32_t)node) && !aside_here())
        return ASIDE; /* it might be going just now */
    nodes_open((uint32_t)node);
    operator.reading = true;
    operator.source = (uint32_t)node;
    operator.read = 0;
    return 0;
}

static int32_t read_piece(void *what)
{
    (void)what;
    return nodes_read(operator.source, operator.read, operator.piece, PIECE);
}

enum outcome operator_read(const struct frame *frame)
{
    int32_t result = 0;
    operator_step();
    if (!operator.reading && !operator_done(begin_reading, frame, &result))
        return OUTCOME_WAIT;
    if (result)
        return operator_answer(result);
    bool made_up = operator.source >= PROC_NODE, lasts = nodes_lasting(operator.source);
    if (!made_up && !lasts && nodes[operator.source].region == NO_REGION && !flash_ready())
        return OUTCOME_WAIT;
    if (lasts && !operator_done(read_piece, frame, &result))
        return OUTCOME_WAIT;
    uint32_t *payload = result < 0 ? NULL : send_open(VG_FRAME_TYPE_FILE_DATA, VG_FRAME_FILE_DATA_BYTES + VG_LINK_FILE_CHUNK);
    if (result < 0)
        stop_reading();
    if (!payload)
        return result < 0 ? operator_answer(result) : OUTCOME_WAIT;
    uint8_t *bytes = (uint8_t *)(payload + VG_FRAME_FILE_DATA_WORDS);
    uint32_t count = (uint32_t)result;
    if (made_up)
        count = proc_text(operator.source, (char *)bytes, VG_LINK_FILE_CHUNK);
    else if (lasts)
        memcpy(bytes, operator.piece, count);
    else
        count = (uint32_t)nodes_read(operator.source, operator.read, bytes, VG_LINK_FILE_CHUNK);
    uint32_t size = made_up ? count : nodes[operator.source].size;
    payload[WORD(VG_FRAME_FILE_DATA_OFFSET)] = operator.read;
    payload[WORD(VG_FRAME_FILE_DATA_SIZE)] = size;
    send_close(VG_FRAME_FILE_DATA_BYTES + count);
    operator.read += count;
    if (count && operator.read < size)
        return OUTCOME_MORE;
    stop_reading();
    return OUTCOME_DONE;
}

/* --- writing ------------------------------------------------------------------------------------------------- */

/* May what has this name, or nothing, give way to a file? */
static int32_t replaceable(int32_t old)
{
    if (old < 0)
        return old == -ENOENT ? 0 : old;
    if (type_of(old) == S_IFDIR)
        return -EISDIR;
    return old < PROC_NODE && type_of(old) == S_IFREG ? 0 : -EACCES;
}

static int32_t begin_writing(void *what)
{
    struct frame *frame = what;
    uint32_t size = VG_GET(frame->payload, VG_FRAME_FILE_WRITE_SIZE);
    uint32_t mode = VG_GET(frame->payload, VG_FRAME_FILE_WRITE_MODE) & 07777;
    struct place place;
    int32_t failed = named(frame, VG_FRAME_FILE_WRITE_BYTES, 0, true, &place);
    operator_forget();
    if (!failed)
        failed = place.as_folder || !paths_proper(&place) ? -EISDIR : replaceable(place.node);
    if (failed)
        return failed;
    int32_t node = nodes_unnamed(&operator.root, place.folder, place.last, S_IFREG | mode);
    if (node < 0)
        return node;
    failed = nodes_truncate((uint32_t)node, size);
    if (failed) {
        nodes_close((uint32_t)node);
        return failed;
    }
    nodes_open(place.folder);
    operator.target = (uint32_t)node;
    operator.folder = place.folder;
    operator.size = size;
    operator.written = 0;
    operator.writing = true;
    return 0;
}

enum outcome operator_write(const struct frame *frame)
{
    return operator_do(begin_writing, frame);
}

enum outcome operator_data(const struct frame *frame)
{
    uint32_t count = frame->bytes - VG_FRAME_FILE_DATA_BYTES;
    operator_step();
    if (!operator.writing)
        return serve_refuse(frame, VG_REFUSAL_ORDER, "FILE_WRITE comes first");
    if (VG_GET(frame->payload, VG_FRAME_FILE_DATA_OFFSET) != operator.written ||
        count > operator.size - operator.written) {
        operator_forget();
        return serve_refuse(frame, VG_REFUSAL_RANGE, "bytes come in order, as many as FILE_WRITE says");
    }
    nodes_write(operator.target, operator.written, (const uint8_t *)(frame->payload + VG_FRAME_FILE_DATA_WORDS),
                count);
    operator.written += count;
    return OUTCOME_DONE;
}

static int32_t end_writing(void *what)
{
    (void)what;
    struct node *node = &nodes[operator.target];
    if (nodes_lasting(operator.folder) && !aside_here())
        return ASIDE;
    int32_t old = nodes_child(operator.folder, node->name);
    int32_t failed = replaceable(old < 0 ? old : (int32_t)nodes_target((uint32_t)old));
    if (!failed && old >= 0) {
        const struct node *was = &nodes[nodes_target((uint32_t)old)];
        node->mode = was->mode;
        node->user = was->user;
        node->group = was->group;
    }
    if (!failed)
        failed = nodes_appear(operator.target, old);
    operator_forget();
    return failed;
}

enum outcome operator_end(const struct frame *frame)
{
    operator_step();
    if (!aside_holds(&operator) && (!operator.writing || operator.written != operator.size)) {
        operator_forget();
        return serve_refuse(frame, VG_REFUSAL_ORDER, "FILE_WRITE and all bytes come first");
    }
    return operator_do(end_writing, frame);
}

static int32_t remove_named(void *what)
{
    struct place place;
    int32_t failed = named(what, VG_FRAME_FILE_REMOVE_BYTES, 0, false, &place);
    if (failed || place.node < 0)
        return failed ? failed : place.node;
    if (!paths_proper(&place))
        return -EINVAL; /* "." and ".." are nobody's children */
    if (place.entry >= PROC_NODE || (uint32_t)place.entry == proc_root())
        return -EPERM;
    return nodes_remove((uint32_t)place.entry);
}

enum outcome operator_remove(const struct frame *frame)
{
    return operator_do(remove_named, frame);
}

static int32_t make_folder(void *what)
{
    struct frame *frame = what;
    struct place place;
    uint32_t mode = S_IFDIR | (VG_GET(frame->payload, VG_FRAME_FOLDER_MAKE_MODE) & 07777);
    int32_t failed = named(frame, VG_FRAME_FOLDER_MAKE_BYTES, 0, false, &place);
    if (failed || place.node >= 0)
        return failed ? failed : -EEXIST;
    int32_t node = nodes_make(&operator.root, place.folder, place.last, mode, NULL);
    return node < 0 ? node : 0;
}

enum outcome operator_folder(const struct frame *frame)
{
    return operator_do(make_folder, frame);
}
