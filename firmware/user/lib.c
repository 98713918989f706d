/* The programs' library. */
#include "lib.h"

#define OUTPUT_BYTES 256

static struct {
    uint32_t count;
    char bytes[OUTPUT_BYTES];
} output;

void *memcpy(void *restrict into, const void *restrict from, size_t bytes)
{
    char *to = into;
    const char *source = from;
    while (bytes--)
        *to++ = *source++;
    return into;
}

void *memmove(void *into, const void *from, size_t bytes)
{
    char *to = into;
    const char *source = from;
    if (to <= source)
        return memcpy(into, from, bytes);
    while (bytes--)
        to[bytes] = source[bytes];
    return into;
}

void *memset(void *into, int byte, size_t bytes)
{
    for (char *to = into; bytes; bytes--)
        *to++ = (char)byte;
    return into;
}

/* --- signals ------------------------------------------------------------------------------------------------- */

extern void return_from_signal(void); /* start.S */

static int32_t act_on(uint32_t signal, uint32_t handler, uint32_t flags)
{
    struct abi_sigaction action = {handler, flags | SA_RESTORER, AS_WORD(return_from_signal), {0, 0}};
    return CALL(RT_SIGACTION, signal, &action, 0, sizeof action.mask);
}

int32_t on_signal(uint32_t signal, void (*handler)(int32_t signal), uint32_t flags)
{
    return act_on(signal, AS_WORD(handler), flags);
}

int32_t ignore_signal(uint32_t signal)
{
    return act_on(signal, SIG_IGNORE, 0);
}

int32_t usual_signal(uint32_t signal)
{
    return act_on(signal, SIG_DEFAULT, 0);
}

/* --- text ---------------------------------------------------------------------------------------------------- */

uint32_t length_of(const char *text)
{
    uint32_t length = 0;
    while (text[length])
        length++;
    return length;
}

bool same(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return *left == *right;
}

bool begins(const char *text, const char *with)
{
    while (*with && *text == *with)
        text++, with++;
    return !*with;
}

const char *find(const char *text, const char *wanted)
{
    for (; *text; text++)
        if (begins(text, wanted))
            return text;
    return *wanted ? NULL : text;
}

const char *last_part(const char *path)
{
    const char *last = path;
    for (; *path; path++)
        if (*path == '/' && path[1])
            last = path + 1;
    return last;
}

bool number_of(const char *text, uint32_t *number)
{
    *number = 0;
    for (const char *digit = text; *digit; digit++) {
        if (*digit < '0' || *digit > '9' || digit - text > 8)
            return false;
        *number = *number * 10 + (uint32_t)(*digit - '0');
    }
    return *text;
}

bool join(char path[PATH_BYTES], const char *folder, const char *name)
{
    uint32_t length = length_of(folder), more = length_of(name);
    if (length + more + 2 > PATH_BYTES)
        return false;
    memmove(path, folder, length);
    if (length && path[length - 1] != '/')
        path[length++] = '/';
    memcpy(path + length, name, more + 1);
    return true;
}

/* --- output -------------------------------------------------------------------------------------------------- */

bool write_all(int32_t descriptor, const char *bytes, uint32_t count)
{
    while (count) {
        int32_t written = CALL(WRITE, descriptor, bytes, count);
        if (written <= 0)
            return false;
        bytes += written;
        count -= (uint32_t)written;
    }
    return true;
}

void flush(void)
{
    write_all(STANDARD_OUTPUT, output.bytes, output.count);
    output.count = 0;
}

void print_bytes(const char *bytes, uint32_t count)
{
    while (count--) {
        if (output.count == OUTPUT_BYTES)
            flush();
        output.bytes[output.count++] = *bytes++;
    }
}

void print(const char *text)
{
    print_bytes(text, length_of(text));
}

static const char *digits_of(uint32_t number, char text[11])
{
    uint32_t place = 10;
    text[place] = 0;
    do
        text[--place] = (char)('0' + number % 10);
    while (number /= 10);
    return text + place;
}

void print_number(uint32_t number, uint32_t width)
{
    char text[11];
    const char *digits = digits_of(number, text);
    for (uint32_t length = length_of(digits); length < width; length++)
        print(" ");
    print(digits);
}

void print_padded(const char *text, uint32_t width)
{
    print(text);
    for (uint32_t length = length_of(text); length < width; length++)
        print(" ");
}

static const char *words_of(int32_t error)
{
    static const struct {
        uint8_t error;
        const char *words;
    } known[] = {
        {EPERM, "not permitted"}, {ENOENT, "there is no such file"}, {ESRCH, "there is no such process"},
        {E2BIG, "too many arguments"}, {ENOEXEC, "not a program"}, {EAGAIN, "no process is free"},
        {ENOMEM, "no memory"}, {EACCES, "permission denied"}, {EBUSY, "busy"}, {EEXIST, "it is there already"},
        {ENOTDIR, "not a folder"}, {EISDIR, "a folder"}, {ENOSPC, "no room"}, {EINVAL, "that cannot be"},
        {ENAMETOOLONG, "the name is too long"}, {ENOTEMPTY, "not empty"}, {EPIPE, "nobody reads"},
    };
    for (uint32_t row = 0; row < sizeof known / sizeof known[0]; row++)
        if (known[row].error == -error)
            return known[row].words;
    return "error";
}

int complain(const char *name, const char *what, int32_t error)
{
    char text[128], digits[11];
    uint32_t length = 0;
    const char *const parts[] = {name, ": ", what, ": ", words_of(error), " (",
                                 digits_of((uint32_t)-error, digits), ")\n"};
    flush();
    for (uint32_t part = 0; part < sizeof parts / sizeof parts[0]; part++)
        for (const char *byte = parts[part]; *byte && length < sizeof text; byte++)
            text[length++] = *byte;
    write_all(STANDARD_ERROR, text, length);
    return 1;
}

_Noreturn void leave(int code)
{
    flush();
    for (;;)
        CALL(EXIT_GROUP, code);
}

/* --- files --------------------------------------------------------------------------------------------------- */

int32_t each_entry(const char *folder, int32_t (*each)(const char *folder, const char *name, void *with),
                   void *with)
{
    _Alignas(8) char entries[256];
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, folder, O_RDONLY | O_DIRECTORY), count, result = 0;
    if (descriptor < 0)
        return descriptor;
    while (!result && (count = CALL(GETDENTS64, descriptor, entries, sizeof entries)) > 0) {
        for (int32_t place = 0; !result && place < count;) {
            const struct abi_dirent *entry = (const void *)(entries + place);
            const char *name = entries + place + ABI_DIRENT_BYTES;
            if (!same(name, ".") && !same(name, ".."))
                result = each(folder, name, with);
            place += entry->length;
        }
    }
    CALL(CLOSE, descriptor);
    return result ? result : count;
}

static int32_t add_name(const char *folder, const char *name, void *path)
{
    (void)folder;
    return join(path, path, name) ? 1 : -ENAMETOOLONG;
}

/* From folder to folder by one path, so its depth takes neither stack nor descriptors. */
int32_t remove_all(const char *path)
{
    char at[PATH_BYTES];
    uint32_t whole = length_of(path), length;
    if (whole >= sizeof at)
        return -ENAMETOOLONG;
    memcpy(at, path, whole + 1);
    for (;;) {
        int32_t failed = CALL(UNLINKAT, AT_FDCWD, at, 0);
        if (failed == -EISDIR) {
            int32_t found = each_entry(at, add_name, at);
            if (found == 1)
                continue;
            failed = found ? found : CALL(UNLINKAT, AT_FDCWD, at, AT_REMOVEDIR);
        }
        length = length_of(at);
        if (failed || length <= whole)
            return failed;
        while (at[--length] != '/')
            ;
        at[length > whole ? length : whole] = 0;
    }
}

int32_t read_file(const char *path, char *into, uint32_t room)
{
    int32_t descriptor = CALL(OPENAT, AT_FDCWD, path, O_RDONLY);
    if (descriptor < 0)
        return descriptor;
    int32_t count = CALL(READ, descriptor, into, room - 1);
    CALL(CLOSE, descriptor);
    if (count >= 0)
        into[count] = 0;
    return count;
}
