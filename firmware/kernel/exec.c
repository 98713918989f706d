/* Programs: from an ELF file into two windows.  Texts are loaded once and shared.
 *
 * A program is linked for the user regions: what is only read lies in `user_text`, the rest in `user_data`, and its
 * stack below that, as far as the begin of the region: so the linker decides how long the stack is.  Every number in
 * a file is a lie until it is checked. */
#include "process.h"

#define TEXTS 12
#define SEGMENTS_MAX 8
#define STACK_LEAST 512 /* bytes of stack beyond the arguments */
#define STACK_DEFAULT 4096 /* where a program has no data */
#define ELF_MAGIC 0x464C457Fu
#define ELF_KIND 0x00010101u     /* 32 bits, little-endian, version 1 */
#define ELF_MACHINE 0x00F30002u  /* an executable for RISC-V */
#define SEGMENT_LOAD 1
#define SEGMENT_WRITE 2
#define NO_TEXT 0

struct elf_header {
    uint32_t magic, kind, pad[2], machine, version, entry, segments_at, sections_at, flags;
    uint16_t size, segment_size, segments, section_size, sections, names;
};

struct elf_segment {
    uint32_t type, offset, address, physical, file_size, size, flags, align;
};

/* What a file asks for, once it is known to hold. */
struct layout {
    uint32_t entry, text_size, data_begin, data_size; /* sizes from the regions' begins on */
    uint32_t segments;
    struct elf_segment segment[SEGMENTS_MAX];
};

static struct {
    uint32_t users, region, key; /* key: of the content in flash; 0: not to be shared with a later one */
    uint32_t sum, stack_end;     /* of its words, as they were loaded; where its processes' stacks begin to grow */
} texts[TEXTS + 1];

/* A program that has been loaded. */
struct image {
    const struct process *whose;
    uint32_t text, data, heap, entry, stack, user;
    char name[NAME_BYTES];
};
static struct image tried; /* the one that is rehearsed, or is to be; whose: NULL, there is none */

static struct {
    char strings[ARGUMENT_BYTES];
    uint32_t bytes, count, arguments; /* strings in all, and how many of them are argv */
    const struct process *whose; /* an exec that is under way, and may pause; NULL: none is */
} staged;

ONCE void exec_start(void)
{
    memset(texts, 0, sizeof texts);
    tried.whose = NULL;
    staged.whose = NULL;
}

void exec_share(uint32_t text)
{
    texts[text].users += text != NO_TEXT;
}

void exec_drop(uint32_t text)
{
    if (text == NO_TEXT || --texts[text].users)
        return;
    pool_free(texts[text].region);
    texts[text].region = NO_REGION;
}

uint32_t exec_text_region(uint32_t text)
{
    return text == NO_TEXT ? NO_REGION : texts[text].region;
}

static uint32_t sum_of(uint32_t region)
{
    const uint32_t *word = (const uint32_t *)(const void *)pool_bytes(region);
    uint32_t sum = 0;
    for (uint32_t left = pool_size(region) * (VG_GRANULE_BYTES / 4); left; left--)
        sum = sum * 31 + *word++;
    return sum;
}

bool exec_text_whole(uint32_t text)
{
    return sum_of(exec_text_region(text)) == texts[text].sum;
}

uint32_t exec_stack_end(uint32_t text)
{
    return texts[text].stack_end;
}

/* Return whether `size` bytes from `address` on lie in the region that begins at `base`. */
static bool fits(uint32_t address, uint32_t size, uint32_t base, uint32_t bytes)
{
    return address - base <= bytes && size <= bytes - (address - base);
}

/* Read so many bytes of a program, all of them. */
static int32_t read_all(uint32_t node, uint32_t offset, void *into, uint32_t size)
{
    int32_t count = nodes_read(node, offset, into, size);
    return count < 0 ? count : (uint32_t)count == size ? 0 : -ENOEXEC;
}

static int32_t examine(uint32_t node, struct layout *layout)
{
    struct elf_header header;
    uint32_t size = nodes[node].size, data_begin = VG_USER_DATA_BASE + VG_USER_DATA_SIZE;
    memset(layout, 0, sizeof *layout);
    int32_t failed = read_all(node, 0, &header, sizeof header);
    if (failed)
        return failed;
    if (header.magic != ELF_MAGIC || header.kind != ELF_KIND || header.machine != ELF_MACHINE ||
        header.segment_size != sizeof(struct elf_segment) || header.segments > SEGMENTS_MAX ||
        !fits(header.segments_at, header.segments * (uint32_t)sizeof(struct elf_segment), 0, size))
        return -ENOEXEC;
    for (uint32_t number = 0; number < header.segments; number++) {
        struct elf_segment segment;
        failed = read_all(node, header.segments_at + number * (uint32_t)sizeof segment, &segment, sizeof segment);
        if (failed)
            return failed;
        if (segment.type != SEGMENT_LOAD || segment.size == 0)
            continue;
        if (segment.file_size > segment.size || !fits(segment.offset, segment.file_size, 0, size))
            return -ENOEXEC;
        uint32_t end = segment.address + segment.size;
        if (!(segment.flags & SEGMENT_WRITE) &&
            fits(segment.address, segment.size, VG_USER_TEXT_BASE, VG_USER_TEXT_SIZE)) {
            if (end - VG_USER_TEXT_BASE > layout->text_size)
                layout->text_size = end - VG_USER_TEXT_BASE;
        } else if (fits(segment.address, segment.size, VG_USER_DATA_BASE, VG_USER_DATA_SIZE)) {
            if (segment.address < data_begin)
                data_begin = segment.address;
            if (end - VG_USER_DATA_BASE > layout->data_size)
                layout->data_size = end - VG_USER_DATA_BASE;
        } else {
            return -ENOEXEC;
        }
        layout->segment[layout->segments++] = segment;
    }
    if (layout->data_size == 0) {
        data_begin = VG_USER_DATA_BASE + STACK_DEFAULT;
        layout->data_size = STACK_DEFAULT;
    }
    layout->data_begin = data_begin;
    layout->entry = header.entry;
    if (layout->text_size < 4 || header.entry % 2 ||
        !fits(header.entry, 4, VG_USER_TEXT_BASE, layout->text_size))
        return -ENOEXEC;
    return 0;
}

static uint32_t granules_of(uint32_t bytes)
{
    return (bytes + VG_GRANULE_BYTES - 1) / VG_GRANULE_BYTES;
}

/* Copy `size` bytes of a program to a region; where it lasts by way of a buffer, for the region may be moved. */
static int32_t load_part(uint32_t node, uint32_t from, uint32_t region, uint32_t into, uint32_t size)
{
    uint8_t piece[128];
    if (!nodes_lasting(node))
        return read_all(node, from, pool_bytes(region) + into, size);
    for (uint32_t done = 0, count; done < size; done += count) {
        count = size - done < sizeof piece ? size - done : (uint32_t)sizeof piece;
        int32_t failed = read_all(node, from + done, piece, count);
        if (failed)
            return failed;
        memcpy(pool_bytes(region) + into + done, piece, count);
    }
    return 0;
}

/* Copy the segments of one user region to where it is. */
static int32_t load(uint32_t node, const struct layout *layout, uint32_t region, uint32_t base)
{
    int32_t failed = 0;
    for (uint32_t number = 0; !failed && number < layout->segments; number++) {
        const struct elf_segment *segment = &layout->segment[number];
        uint32_t offset = segment->address - base;
        if (offset < pool_size(region) * VG_GRANULE_BYTES && segment->file_size)
            failed = load_part(node, segment->offset, region, offset, segment->file_size);
    }
    return failed;
}

/* Say if a program is read in place in the flash, which cannot fail. */
static bool in_image(uint32_t node)
{
    return nodes[node].region == NO_REGION && !nodes_lasting(node);
}

/* Return the text of a program, with one user more; NO_TEXT: there is no room, or `*failed` says why. */
static uint32_t text_of(uint32_t node, const struct layout *layout, int32_t *failed)
{
    bool in_place = in_image(node);
    uint32_t key = in_place ? nodes[node].where : 0, unused = NO_TEXT;
    for (uint32_t text = 1; text <= TEXTS; text++) {
        if (texts[text].users && key && texts[text].key == key) {
            texts[text].users++;
            return text;
        }
        if (!texts[text].users)
            unused = text;
    }
    if (unused == NO_TEXT)
        return NO_TEXT;
    texts[unused].region = pool_get(granules_of(layout->text_size));
    if (texts[unused].region == NO_REGION)
        return NO_TEXT;
    texts[unused].users = 1;
    texts[unused].key = 0; /* nobody shares it before it is there */
    *failed = load(node, layout, texts[unused].region, VG_USER_TEXT_BASE);
    texts[unused].key = key;
    texts[unused].sum = sum_of(texts[unused].region);
    texts[unused].stack_end = layout->data_begin;
    if (!*failed)
        return unused;
    exec_drop(unused);
    return NO_TEXT;
}

static bool arguments_fit(uint32_t top)
{
    return top - VG_USER_DATA_BASE >= staged.bytes + 4 * (staged.count + 3) + 32 + STACK_LEAST;
}

/* Return a region for a program's data, zeros.  Where memory is short, that is the process's own, if nothing can go
 * wrong any more. */
static uint32_t region_for(const struct process *process, uint32_t node, const struct layout *layout)
{
    uint32_t granules = granules_of(layout->data_size), data = pool_get(granules);
    if (data != NO_REGION || process->trial || pool_size(process->data) < granules || !in_image(node) ||
        !arguments_fit(layout->data_begin) || !pool_resize(process->data, granules))
        return data;
    memset(pool_bytes(process->data), 0, granules * VG_GRANULE_BYTES);
    return process->data;
}

/* Put what is staged at the end of the stack, as Linux does: count, argv, NULL, envp, NULL, strings.  Return the
 * stack pointer, or 0: there is no room. */
static uint32_t put_arguments(uint32_t region, uint32_t top)
{
    uint32_t strings = (top - staged.bytes) & ~15u, words = staged.count + 3;
    uint32_t pointer = (strings - 4 * words) & ~15u;
    if (!arguments_fit(top))
        return 0;
    uint8_t *bytes = pool_bytes(region);
    uint32_t *word = (uint32_t *)(void *)(bytes + (pointer - VG_USER_DATA_BASE));
    memcpy(bytes + (strings - VG_USER_DATA_BASE), staged.strings, staged.bytes);
    *word++ = staged.arguments;
    uint32_t place = 0;
    for (uint32_t number = 0; number <= staged.count; number++) {
        if (number == staged.arguments)
            *word++ = 0;
        if (number < staged.count) {
            *word++ = strings + place;
            place += text_length(staged.strings + place) + 1;
        }
    }
    *word = 0;
    return pointer;
}

static int32_t stage(const char *text)
{
    uint32_t length = text_length(text) + 1;
    if (length > ARGUMENT_BYTES - staged.bytes)
        return -E2BIG;
    memcpy(staged.strings + staged.bytes, text, length);
    staged.bytes += length;
    staged.count++;
    return 0;
}

/* Stage the strings that a process's list points to, up to its NULL. */
static int32_t stage_list(const struct process *process, uint32_t list)
{
    for (uint32_t pointer; list; list += 4) {
        if (user_get(process, list, &pointer, 4) < 0)
            return -EFAULT;
        if (!pointer)
            return 0;
        int32_t length = user_string(process, pointer, staged.strings + staged.bytes,
                                     ARGUMENT_BYTES - staged.bytes);
        if (length < 0)
            return length == -ENAMETOOLONG ? -E2BIG : length;
        staged.bytes += (uint32_t)length + 1;
        staged.count++;
    }
    return 0;
}

/* Have a process begin a program that has been loaded. */
static void wear(struct process *process, const struct image *image)
{
    process->text = image->text;
    process->data = image->data;
    process->heap = process->stop = image->heap;
    process->mapped = 0;
    process->user = image->user;
    memset(&process->registers, 0, sizeof process->registers);
    process->registers.x[PC] = image->entry;
    process->registers.x[SP] = image->stack;
    text_copy(process->name, image->name, sizeof process->name);
}

static int32_t do_replace(struct process *process, uint32_t node)
{
    struct layout layout;
    int32_t failed = examine(node, &layout);
    if (failed)
        return failed;
    bool tries = process->trial == TRIAL_IMAGE;
    if (tries && granules_of(layout.data_size) > VG_CELL_BYTES / VG_GRANULE_BYTES)
        return rehearsal_denied(process, "it has too much memory");
    uint32_t text = text_of(node, &layout, &failed);
    if (failed)
        return failed;
    uint32_t data = text == NO_TEXT ? NO_REGION : region_for(process, node, &layout);
    uint32_t stack = data == NO_REGION ? 0 : put_arguments(data, layout.data_begin);
    if (!stack)
        failed = data != NO_REGION ? -E2BIG : tries ? rehearsal_denied(process, "there is no memory for both") : -ENOMEM;
    else
        failed = load(node, &layout, data, VG_USER_DATA_BASE);
    if (failed) {
        exec_drop(text);
        pool_free(data);
        return failed;
    }
    uint32_t heap = (VG_USER_DATA_BASE + layout.data_size + 15) & ~15u;
    uint32_t user = nodes[node].mode & S_ISUID ? nodes[node].user : process->user;
    struct image image = {process, text, data, heap, layout.entry, stack, user, ""};
    text_copy(image.name, nodes[node].name, sizeof image.name);
    if (tries) {
        tried = image;
        return REHEARSED;
    }
    exec_drop(process->text);
    if (process->data != data)
        pool_free(process->data);
    wear(process, &image);
    return 0;
}

/* Replace a process's program by the one in `node`, with what is staged. */
static int32_t replace(struct process *process, uint32_t node)
{
    staged.whose = process;
    int32_t failed = do_replace(process, node);
    staged.whose = NULL;
    process_wake(&staged);
    return failed;
}

/* Return the node of a program that a process may run, given what a path names; or an error. */
static int32_t program_of(const struct process *process, int32_t node)
{
    if (node >= 0 && ((nodes_mode((uint32_t)node) & S_IFMT) != S_IFREG || node >= PROC_NODE ||
                      !nodes_may(process, (uint32_t)node, 1)))
        return -EACCES;
    return node;
}

/* Stage the arguments of a program that nobody has called. */
static int32_t stage_all(const char *const *arguments)
{
    int32_t failed = staged.whose ? -EAGAIN : 0;
    if (!failed)
        memset(&staged, 0, sizeof staged);
    for (; !failed && *arguments; arguments++)
        failed = stage(*arguments);
    staged.arguments = staged.count;
    return failed;
}

int32_t exec_node(struct process *process, uint32_t node, const char *const *arguments)
{
    int32_t failed = stage_all(arguments);
    return failed ? failed : replace(process, node);
}

int32_t exec_program(struct process *process, const char *path, const char *const *arguments)
{
    char text[PATH_BYTES];
    struct place place;
    int32_t failed = stage_all(arguments);
    if (failed)
        return failed;
    staged.whose = process;
    failed = paths_walk(process, ROOT_NODE, path, text, true, &place);
    staged.whose = NULL;
    process_wake(&staged);
    int32_t node = failed ? failed : program_of(process, place.node);
    return node < 0 ? node : replace(process, (uint32_t)node);
}

/* What an exec does besides, once a process runs another program. */
static void begun(struct process *process)
{
    files_exec(process);
    events_exec(process_index(process), process->id);
    vaccines_program(process);
    for (uint32_t signal = 0; signal < SIGNALS; signal++)
        if (process->handlers[signal] != SIG_IGNORE)
            process->handlers[signal] = SIG_DEFAULT;
}

RARE void exec_wear(struct process *clone)
{
    wear(clone, &tried);
    for (uint32_t descriptor = 0; descriptor < DESCRIPTORS; descriptor++)
        if (clone->closing >> descriptor & 1)
            clone->descriptors[descriptor] = NO_FILE; /* the open file is its original's */
}

RARE void exec_settle(struct process *process, bool takes)
{
    if (tried.whose != process)
        return;
    tried.whose = NULL;
    process_wake(&tried);
    exec_drop(takes ? process->text : tried.text);
    pool_free(takes ? process->data : tried.data);
    if (!takes)
        return;
    wear(process, &tried);
    begun(process);
}

int32_t call_execve(struct process *process)
{
    int32_t node = paths_node(process, (uint32_t)AT_FDCWD, 0, true);
    node = program_of(process, node);
    if (node < 0)
        return node;
    if (process->trial && tried.whose && tried.whose != process)
        return process_until(process, &tried);
    if (staged.whose)
        return process_until(process, &staged);
    if (process->trial)
        tried = (struct image){.whose = process}; /* nobody else's from now on, though it may pause */
    memset(&staged, 0, sizeof staged);
    int32_t failed = stage_list(process, ARGUMENT(process, 1));
    staged.arguments = staged.count;
    if (!failed)
        failed = stage_list(process, ARGUMENT(process, 2));
    if (!failed)
        failed = replace(process, (uint32_t)node);
    if (failed)
        return failed;
    begun(process);
    return REPLACED;
}
