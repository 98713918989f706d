/* Files that outlive a reset: littlefs in an area of the flash.
 *
 * The table of nodes has all of them, so that only contents and changes come here; what littlefs has no place for
 * (mode, owner, time) is an attribute.  Everything runs aside (aside.c), one piece of work at a time.
 *
 * One file is in hand, open in littlefs, until another one is needed.  What was written to it is kept when it is
 * closed, a second later at most, and ahead of every change of the tree; ahead of a new block, too, so that a file
 * that grows until the flash is full loses nothing but its last bytes.
 *
 * A file that is open when it loses its name moves to the folder `lost`, which no path leads to, and which is empty
 * after a reset.  What has no attribute there was never made whole, and goes then, too. */
#include "littlefs.h"
#include "process.h"

#define BASE VG_FLASH_FILES_BASE
#define BLOCKS (VG_FLASH_FILES_SIZE / VG_FLASH_SECTOR_BYTES)
#define UNIT_BYTES 16     /* programmed at least */
#define CACHE_BYTES 128
#define WEAR 500          /* erases of a block until its contents move */
#define FILE_MAX (VG_FLASH_FILES_SIZE / 2)
#define AGE_MS 1000       /* what is written is in flash after about that long */
#define ERASES_MAX 512    /* in one piece of work; a chip that takes no more has failed */
#define LOST "lost"
_Static_assert(CACHE_BYTES <= VG_FLASH_PAGE_BYTES && CACHE_BYTES % UNIT_BYTES == 0, "a program is in one page");

static struct {
    lfs_t lfs;
    lfs_file_t file;               /* in hand, */
    struct lfs_file_config how;    /* with */
    struct lfs_attr attribute;     /* its attribute, */
    uint32_t kept[VG_FILE_KEPT_WORDS];
    uint32_t node;                 /* of that node; NODES: none is */
    bool writes;                   /* it is open to be written, */
    bool dirty;                    /* and was */
    bool ready, mounted, orphans;
    uint32_t erases;
    uint64_t due;                  /* when what is dirty is to be kept */
    lfs_dir_t folder;
    struct lfs_info entry;
} files;

static _Alignas(8) NOT_CLEARED uint8_t read_cache[CACHE_BYTES], program_cache[CACHE_BYTES], file_cache[CACHE_BYTES];
static _Alignas(8) NOT_CLEARED uint8_t lookahead[BLOCKS / 8];

/* --- the flash ----------------------------------------------------------------------------------------------- */

static uint32_t place_of(lfs_block_t block, lfs_off_t offset)
{
    return BASE + block * VG_FLASH_SECTOR_BYTES + offset;
}

static int read_flash(const struct lfs_config *config, lfs_block_t block, lfs_off_t offset, void *into,
                      lfs_size_t size)
{
    (void)config;
    aside_breathe();
    aside_flash();
    memcpy(into, flash_at(place_of(block, offset)), size);
    return 0;
}

static int program_flash(const struct lfs_config *config, lfs_block_t block, lfs_off_t offset, const void *from,
                         lfs_size_t size)
{
    (void)config;
    const uint8_t *bytes = from;
    for (uint32_t place = place_of(block, offset), count; size; place += count, bytes += count, size -= count) {
        count = VG_FLASH_PAGE_BYTES - place % VG_FLASH_PAGE_BYTES;
        count = count < size ? count : size;
        aside_flash();
        flash_program(place, bytes, count);
    }
    return 0;
}

static int erase_flash(const struct lfs_config *config, lfs_block_t block)
{
    (void)config;
    aside_flash();
    if (flash_failed() || ++files.erases > ERASES_MAX)
        return LFS_ERR_IO;
    flash_erase(place_of(block, 0));
    return 0;
}

static int sync_flash(const struct lfs_config *config)
{
    (void)config;
    aside_flash();
    return 0;
}

static const struct lfs_config config = {
    .read = read_flash,
    .prog = program_flash,
    .erase = erase_flash,
    .sync = sync_flash,
    .read_size = 1,
    .prog_size = UNIT_BYTES,
    .block_size = VG_FLASH_SECTOR_BYTES,
    .block_count = BLOCKS,
    .block_cycles = WEAR,
    .cache_size = CACHE_BYTES,
    .lookahead_size = sizeof lookahead,
    .read_buffer = read_cache,
    .prog_buffer = program_cache,
    .lookahead_buffer = lookahead,
    .name_max = VG_NODE_NAME_BYTES - 1,
};

/* Return an error of littlefs as a call's. */
static int32_t error_of(int error)
{
    switch (error) {
    case LFS_ERR_NOENT:
    case LFS_ERR_EXIST:
    case LFS_ERR_NOTDIR:
    case LFS_ERR_ISDIR:
    case LFS_ERR_NOTEMPTY:
    case LFS_ERR_FBIG:
    case LFS_ERR_INVAL:
    case LFS_ERR_NOSPC:
        return error; /* the same number */
    case LFS_ERR_NAMETOOLONG: /* no name is too long for it; its folder could not grow */
        return -ENOSPC;
    default:
        return error < 0 ? -EIO : error;
    }
}

/* --- names and attributes ------------------------------------------------------------------------------------ */

/* Write where littlefs has a node. */
static void path_of(uint32_t number, char path[PATH_BYTES])
{
    if (!nodes[number].gone) {
        if (nodes_path(number, path, PATH_BYTES) < 0)
            path[0] = 0; /* too deep: littlefs finds nothing by that name */
        return;
    }
    text_copy(path, LOST "/", PATH_BYTES);
    text_number(path, sizeof LOST, PATH_BYTES, number);
}

static void describe(uint32_t number, uint32_t kept[VG_FILE_KEPT_WORDS])
{
    const struct node *node = &nodes[number];
    memset(kept, 0, VG_FILE_KEPT_BYTES);
    VG_PUT(kept, VG_FILE_KEPT_MODE, node->mode);
    VG_PUT(kept, VG_FILE_KEPT_USER, node->user);
    VG_PUT(kept, VG_FILE_KEPT_GROUP, node->group);
    VG_PUT(kept, VG_FILE_KEPT_MODIFIED, node->modified);
}

static int set_attribute(uint32_t number, const char *path)
{
    uint32_t kept[VG_FILE_KEPT_WORDS];
    describe(number, kept);
    return lfs_setattr(&files.lfs, path, VG_FILE_ATTRIBUTE, kept, sizeof kept);
}

/* --- the file in hand ---------------------------------------------------------------------------------------- */

/* Keep what was written to the file in hand. */
static int keep_hand(void)
{
    if (files.node == NODES || !files.dirty)
        return 0;
    files.dirty = false;
    describe(files.node, files.kept);
    return lfs_file_sync(&files.lfs, &files.file);
}

/* Let go of it; if that fails the node has what littlefs has. */
static int put_down(void)
{
    uint32_t number = files.node;
    if (number == NODES)
        return 0;
    int failed = keep_hand();
    files.node = NODES;
    int closed = lfs_file_close(&files.lfs, &files.file);
    return failed ? failed : closed;
}

static int take(uint32_t number, bool write)
{
    char path[PATH_BYTES];
    if (files.node == number && (files.writes || !write))
        return 0;
    int failed = put_down();
    if (failed)
        return failed;
    path_of(number, path);
    describe(number, files.kept);
    files.attribute = (struct lfs_attr){VG_FILE_ATTRIBUTE, files.kept, sizeof files.kept};
    files.how = (struct lfs_file_config){.buffer = file_cache, .attrs = &files.attribute, .attr_count = write};
    failed = lfs_file_opencfg(&files.lfs, &files.file, path, write ? LFS_O_RDWR : LFS_O_RDONLY, &files.how);
    if (failed)
        return failed;
    files.node = number;
    files.writes = write;
    return 0;
}

static void soil(void)
{
    if (!files.dirty)
        files.due = clock_now() + clock_cycles(AGE_MS);
    files.dirty = true;
}

/* A write went wrong: what littlefs has of the file is what was kept last. */
static int32_t recover(uint32_t number, int error)
{
    char path[PATH_BYTES];
    files.dirty = false;
    put_down();
    path_of(number, path);
    if (!lfs_stat(&files.lfs, path, &files.entry))
        nodes[number].size = files.entry.size;
    return error_of(error);
}

/* --- as a file system ---------------------------------------------------------------------------------------- */

/* Say if a piece of work can be done here, and now. */
static int32_t entered(void)
{
    if (!aside_here())
        return ASIDE;
    files.erases = 0;
    return files.mounted ? 0 : -EIO;
}

static int32_t read(uint32_t number, uint32_t offset, uint8_t *into, uint32_t size)
{
    int32_t failed = entered();
    if (failed)
        return failed;
    int result = take(number, false);
    if (!result)
        result = lfs_file_seek(&files.lfs, &files.file, (lfs_soff_t)offset, LFS_SEEK_SET);
    if (result >= 0)
        result = lfs_file_read(&files.lfs, &files.file, into, size);
    return error_of(result);
}

static int32_t write(uint32_t number, uint32_t offset, const uint8_t *from, uint32_t size)
{
    int32_t failed = entered();
    if (failed)
        return failed;
    if (offset > FILE_MAX || size > FILE_MAX - offset)
        return -EFBIG;
    int result = take(number, true);
    if (result)
        return error_of(result);
    if (offset == nodes[number].size && files.file.flags & LFS_F_WRITING &&
        files.file.off >= VG_FLASH_SECTOR_BYTES - size)
        result = keep_hand();
    if (result >= 0)
        result = lfs_file_seek(&files.lfs, &files.file, (lfs_soff_t)offset, LFS_SEEK_SET);
    if (result >= 0)
        result = lfs_file_write(&files.lfs, &files.file, from, size);
    if (result < 0)
        return recover(number, result);
    soil();
    if (offset + size > nodes[number].size)
        nodes[number].size = offset + size;
    return (int32_t)size;
}

static int32_t truncate(uint32_t number, uint32_t size)
{
    int32_t failed = entered();
    if (failed)
        return failed;
    if (size > FILE_MAX)
        return -EFBIG;
    int result = take(number, true);
    if (result)
        return error_of(result);
    result = lfs_file_truncate(&files.lfs, &files.file, size);
    if (result)
        return recover(number, result);
    soil();
    nodes[number].size = size;
    return 0;
}

static int32_t sync(uint32_t number)
{
    if (files.node != number || !files.dirty)
        return 0;
    int32_t failed = entered();
    if (failed)
        return failed;
    int result = keep_hand();
    return result ? recover(number, result) : 0;
}

/* Begin a change of the tree: nothing that was written before is kept after it. */
static int32_t changes(void)
{
    int32_t failed = entered();
    return failed ? failed : error_of(put_down());
}

static int32_t make(uint32_t number, const char *link)
{
    char path[PATH_BYTES];
    struct node *node = &nodes[number];
    int32_t failed = changes();
    if (failed)
        return failed;
    node->gone = false; /* its path is the one it is to have */
    path_of(number, path);
    node->gone = true;
    int result;
    if ((node->mode & S_IFMT) == S_IFDIR) {
        result = lfs_mkdir(&files.lfs, path);
        if (!result && set_attribute(number, path))
            result = LFS_ERR_NOSPC;
    } else {
        describe(number, files.kept);
        files.attribute = (struct lfs_attr){VG_FILE_ATTRIBUTE, files.kept, sizeof files.kept};
        files.how = (struct lfs_file_config){.buffer = file_cache, .attrs = &files.attribute, .attr_count = 1};
        result = lfs_file_opencfg(&files.lfs, &files.file, path, LFS_O_RDWR | LFS_O_CREAT | LFS_O_TRUNC, &files.how);
        if (result)
            return error_of(result);
        if (link)
            result = lfs_file_write(&files.lfs, &files.file, link, text_length(link));
        int closed = lfs_file_close(&files.lfs, &files.file);
        result = result < 0 ? result : closed;
        if (!result && link)
            node->size = text_length(link);
    }
    if (result)
        lfs_remove(&files.lfs, path);
    return error_of(result);
}

static int32_t remove_node(uint32_t number)
{
    char path[PATH_BYTES], lost[PATH_BYTES];
    struct node *node = &nodes[number];
    int32_t failed = changes();
    if (failed)
        return failed;
    path_of(number, path);
    if (node->opens && (node->mode & S_IFMT) == S_IFREG) {
        node->gone = true;
        path_of(number, lost);
        node->gone = false;
        return error_of(lfs_rename(&files.lfs, path, lost));
    }
    int result = lfs_remove(&files.lfs, path);
    node->lasting = result != 0; /* littlefs has nothing of it any more */
    return error_of(result);
}

static int32_t rename_node(uint32_t number, uint32_t folder, const char *name)
{
    char path[PATH_BYTES], other[PATH_BYTES];
    int32_t failed = changes(), old = nodes_child(folder, name);
    if (failed)
        return failed;
    if (old >= 0 && nodes[old].opens && (nodes[old].mode & S_IFMT) == S_IFREG)
        return -EBUSY; /* littlefs would forget what is in it */
    path_of(number, path);
    int32_t length = nodes_path(folder, other, PATH_BYTES);
    if (length < 0 || (uint32_t)length + 1 + text_length(name) >= PATH_BYTES)
        return -ENAMETOOLONG;
    text_add(other, text_add(other, (uint32_t)length, PATH_BYTES, "/"), PATH_BYTES, name);
    int result = lfs_rename(&files.lfs, path, other);
    if (!result && old >= 0)
        nodes[old].lasting = false;
    return error_of(result);
}

static int32_t note(uint32_t number)
{
    char path[PATH_BYTES];
    int32_t failed = changes();
    if (failed)
        return failed;
    path_of(number, path);
    return error_of(set_attribute(number, path));
}

static void drop(uint32_t number)
{
    (void)number;
    files.orphans = true; /* tidy has it go */
    kernel_stir();
}

const struct filesystem lasting = {make, remove_node, rename_node, note, read, write, truncate, sync, drop};

int32_t lasting_adopt(uint32_t number)
{
    char path[PATH_BYTES];
    uint8_t piece[64];
    struct node *node = &nodes[number];
    int32_t failed = changes();
    if (failed)
        return failed;
    path_of(number, path);
    describe(number, files.kept);
    files.attribute = (struct lfs_attr){VG_FILE_ATTRIBUTE, files.kept, sizeof files.kept};
    files.how = (struct lfs_file_config){.buffer = file_cache, .attrs = &files.attribute, .attr_count = 1};
    int result = lfs_file_opencfg(&files.lfs, &files.file, path, LFS_O_RDWR | LFS_O_CREAT | LFS_O_TRUNC, &files.how);
    if (result)
        return error_of(result);
    for (uint32_t place = 0; result >= 0 && place < node->size;) {
        uint32_t count = node->size - place < sizeof piece ? node->size - place : (uint32_t)sizeof piece;
        result = passing.read(number, place, piece, count);
        if (result >= 0)
            result = lfs_file_write(&files.lfs, &files.file, piece, count);
        place += count;
    }
    int closed = lfs_file_close(&files.lfs, &files.file);
    result = result < 0 ? result : closed;
    if (result) {
        lfs_remove(&files.lfs, path);
        return error_of(result);
    }
    passing_forget(number);
    node->lasting = true;
    return 0;
}

/* --- at boot ------------------------------------------------------------------------------------------------- */

/* Read entries of the folder that is open until one has a name of its own; return as lfs_dir_read. */
static int next_entry(void)
{
    int result;
    do
        result = lfs_dir_read(&files.lfs, &files.folder, &files.entry);
    while (result > 0 && (text_same(files.entry.name, ".") || text_same(files.entry.name, "..")));
    return result;
}

/* Empty the folder of what has lost its name. */
static int clear_lost(void)
{
    char path[PATH_BYTES];
    for (;;) {
        int result = lfs_dir_open(&files.lfs, &files.folder, LOST);
        if (result == LFS_ERR_NOENT)
            return lfs_mkdir(&files.lfs, LOST);
        if (result)
            return result;
        result = next_entry();
        lfs_dir_close(&files.lfs, &files.folder);
        if (result <= 0)
            return result;
        text_add(path, text_add(path, 0, PATH_BYTES, LOST "/"), PATH_BYTES, files.entry.name);
        result = lfs_remove(&files.lfs, path);
        if (result)
            return result;
    }
}

static void fill_in(struct node *node, const uint32_t kept[VG_FILE_KEPT_WORDS])
{
    node->mode = (uint16_t)VG_GET(kept, VG_FILE_KEPT_MODE);
    node->user = (uint16_t)VG_GET(kept, VG_FILE_KEPT_USER);
    node->group = (uint16_t)VG_GET(kept, VG_FILE_KEPT_GROUP);
    node->modified = VG_GET(kept, VG_FILE_KEPT_MODIFIED);
}

/* Bring what a folder holds into the table.  What was never made whole goes: a cut leaves one such at most. */
static int scan(uint32_t folder)
{
    char path[PATH_BYTES], half[VG_NODE_NAME_BYTES] = "";
    path_of(folder, path);
    int result = lfs_dir_open(&files.lfs, &files.folder, path);
    if (result)
        return result;
    while ((result = next_entry()) > 0) {
        uint32_t kept[VG_FILE_KEPT_WORDS], number = 1;
        if (littlefs_attribute(&files.lfs, &files.folder, VG_FILE_ATTRIBUTE, kept, sizeof kept) != sizeof kept) {
            text_copy(half, files.entry.name, sizeof half);
            continue;
        }
        while (number < NODES && nodes[number].used)
            number++;
        if (number == NODES) {
            log_line("%s: more files are in flash than the table holds", files.entry.name);
            break;
        }
        struct node *node = &nodes[number];
        memset(node, 0, sizeof *node);
        text_copy(node->name, files.entry.name, sizeof node->name);
        fill_in(node, kept);
        node->size = files.entry.type == LFS_TYPE_REG ? files.entry.size : 0;
        node->parent = (uint16_t)folder;
        node->lasting = node->used = true;
    }
    lfs_dir_close(&files.lfs, &files.folder);
    if (result < 0 || !half[0])
        return result < 0 ? result : 0;
    text_add(path, text_add(path, text_length(path), PATH_BYTES, "/"), PATH_BYTES, half);
    return lfs_remove(&files.lfs, path);
}

/* Return whether a node lies below a folder. */
static bool below(uint32_t number, uint32_t folder)
{
    while (number != ROOT_NODE && number != folder)
        number = nodes[number].parent;
    return number == folder;
}

/* Bring a whole tree into the table, in place of what the image has of it. */
static int scan_tree(uint32_t mount)
{
    uint32_t scanned[(NODES + 31) / 32] = {0};
    int result = 0;
    for (uint32_t number = 1; number < NODES; number++)
        if (nodes[number].used && nodes[number].lasting && number != mount && below(number, mount))
            nodes[number].name[0] = 0; /* its parents are still to be told from it */
    for (uint32_t number = 1; number < NODES; number++)
        if (nodes[number].used && nodes[number].lasting && !nodes[number].name[0])
            memset(&nodes[number], 0, sizeof nodes[number]);
    for (uint32_t number = 1; !result && number < NODES; number++) {
        bool folder = nodes[number].used && nodes[number].lasting && (nodes[number].mode & S_IFMT) == S_IFDIR;
        if (!folder || scanned[number / 32] >> number % 32 & 1 || !below(number, mount))
            continue;
        scanned[number / 32] |= 1u << number % 32;
        result = scan(number);
        number = 0; /* what it held may have got a lower number */
    }
    return result;
}

/* Write one of the image's nodes. */
static int plant(uint32_t number)
{
    char path[PATH_BYTES];
    struct node *node = &nodes[number];
    path_of(number, path);
    if ((node->mode & S_IFMT) == S_IFDIR) {
        int result = lfs_mkdir(&files.lfs, path);
        if (result && result != LFS_ERR_EXIST)
            return result;
        return nodes_mount(number) ? 0 : set_attribute(number, path);
    }
    return lasting_adopt(number);
}

/* Write a tree as the image has it; it is whole when its first folder has its attribute. */
static int plant_tree(uint32_t mount)
{
    char path[PATH_BYTES];
    int result = 0;
    for (uint32_t number = 1; !result && number < NODES; number++)
        if (nodes[number].used && below(number, mount))
            result = plant(number);
    path_of(mount, path);
    return result ? result : set_attribute(mount, path);
}

static int bring_trees(void)
{
    char path[PATH_BYTES];
    int result = clear_lost();
    for (uint32_t number = 1; !result && number < NODES; number++) {
        uint32_t kept[VG_FILE_KEPT_WORDS];
        if (!nodes[number].used || !nodes_mount(number))
            continue;
        path_of(number, path);
        bool whole = lfs_getattr(&files.lfs, path, VG_FILE_ATTRIBUTE, kept, sizeof kept) == sizeof kept;
        if (whole)
            fill_in(&nodes[number], kept);
        result = whole ? scan_tree(number) : plant_tree(number);
    }
    return result;
}

static int32_t bring(void *what)
{
    (void)what;
    int result = lfs_mount(&files.lfs, &config);
    if (result) {
        log_line("the flash holds no whole file system: it is made anew from the image");
        result = lfs_format(&files.lfs, &config);
        if (!result)
            result = lfs_mount(&files.lfs, &config);
    }
    files.mounted = !result;
    if (!result)
        result = bring_trees();
    if (result)
        log_line("files do not outlive a reset: the flash fails (%u)", (unsigned)-result);
    for (uint32_t number = 1; !files.mounted && number < NODES; number++)
        nodes[number].lasting = false;
    files.ready = true;
    decoys_judge_anew();
    return 0;
}

ONCE void lasting_start(void)
{
    memset(&files, 0, sizeof files);
    files.node = NODES;
}

bool lasting_ready(void)
{
    return files.ready;
}

/* --- between calls ------------------------------------------------------------------------------------------- */

/* Keep what was written, and have go what nobody can name any more. */
static int32_t tidy(void *what)
{
    char path[PATH_BYTES];
    (void)what;
    files.erases = 0;
    uint32_t hand = files.node;
    int failed = keep_hand();
    if (failed) {
        log_line("%s: what was written last is lost (%u)", nodes[hand].name, (unsigned)-failed);
        recover(hand, failed);
    }
    if (files.node != NODES && !nodes[files.node].opens)
        put_down();
    files.orphans = false;
    for (uint32_t number = 1; number < NODES; number++) {
        struct node *node = &nodes[number];
        if (!node->lasting || !nodes_done(number))
            continue;
        path_of(number, path);
        lfs_remove(&files.lfs, path); /* if that fails, the next boot does it */
        memset(node, 0, sizeof *node);
    }
    return 0;
}

bool lasting_step(void)
{
    int32_t result;
    if (aside_take(&files, &result))
        return true;
    if (!files.ready)
        return aside_begin(&files, bring, NULL);
    bool due = files.dirty && (clock_now() >= files.due || !nodes[files.node].opens);
    return (due || files.orphans) && aside_begin(&files, tidy, NULL);
}

bool lasting_kept(void)
{
    files.due = 0;
    return aside_idle() && !files.dirty;
}

uint64_t lasting_alarm(void)
{
    if (!aside_idle())
        return NEVER; /* whoever ends it stirs */
    return !files.ready || files.orphans ? clock_soon() : files.dirty ? files.due : NEVER;
}
