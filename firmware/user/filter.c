/* Programs that read text and write text: cat, echo, wc, grep, head, tail, hexdump. */
#include "lib.h"

#define LINE_BYTES 256
#define TAIL_BYTES 4096 /* from these, or the last half of them, tail takes its lines */

/* Do something with each file named, or with standard input; return the worst. */
static int with_files(int count, char **arguments, int first, int (*each)(int32_t descriptor, const char *name))
{
    int worst = 0;
    for (int place = first; place < count; place++) {
        int32_t descriptor = CALL(OPENAT, AT_FDCWD, arguments[place], O_RDONLY);
        int result = descriptor < 0 ? complain(last_part(arguments[0]), arguments[place], descriptor)
                                    : each(descriptor, arguments[place]);
        if (descriptor >= 0)
            CALL(CLOSE, descriptor);
        worst = result > worst ? result : worst;
    }
    return first < count ? worst : each(STANDARD_INPUT, NULL);
}

static int copy_out(int32_t descriptor, const char *name)
{
    char bytes[LINE_BYTES];
    int32_t count;
    while ((count = CALL(READ, descriptor, bytes, sizeof bytes)) > 0)
        if (!write_all(STANDARD_OUTPUT, bytes, (uint32_t)count))
            return 1;
    return count < 0 ? complain("cat", name ? name : "-", count) : 0;
}

int run_cat(int count, char **arguments)
{
    return with_files(count, arguments, 1, copy_out);
}

int run_echo(int count, char **arguments)
{
    bool end = count < 2 || !same(arguments[1], "-n");
    for (int place = end ? 1 : 2; place < count; place++) {
        print(arguments[place]);
        print(place + 1 < count ? " " : "");
    }
    print(end ? "\n" : "");
    return 0;
}

static int count_words(int32_t descriptor, const char *name)
{
    char bytes[LINE_BYTES];
    uint32_t lines = 0, words = 0, total = 0;
    bool inside = false;
    int32_t count;
    while ((count = CALL(READ, descriptor, bytes, sizeof bytes)) > 0) {
        total += (uint32_t)count;
        for (int32_t place = 0; place < count; place++) {
            bool space = bytes[place] == ' ' || bytes[place] == '\n' || bytes[place] == '\t';
            lines += bytes[place] == '\n';
            words += inside && space;
            inside = !space;
        }
    }
    print_number(lines, 7);
    print_number(words + inside, 8);
    print_number(total, 8);
    print(name ? " " : "");
    print(name ? name : "");
    print("\n");
    return count < 0 ? complain("wc", name ? name : "-", count) : 0;
}

int run_wc(int count, char **arguments)
{
    return with_files(count, arguments, 1, count_words);
}

/* Read line by line; what is longer than a line's room comes in pieces. */
struct lines {
    int32_t descriptor;
    uint32_t place, count;
    char bytes[128];
};

static bool next_line(struct lines *lines, char line[LINE_BYTES])
{
    uint32_t length = 0;
    for (;;) {
        if (lines->place == lines->count) {
            int32_t count = CALL(READ, lines->descriptor, lines->bytes, sizeof lines->bytes);
            lines->place = 0;
            lines->count = count > 0 ? (uint32_t)count : 0;
            if (!lines->count)
                break;
        }
        char byte = lines->bytes[lines->place++];
        if (byte == '\n' || length + 1 == LINE_BYTES) {
            line[length] = 0;
            return true;
        }
        line[length++] = byte;
    }
    line[length] = 0;
    return length;
}

static struct {
    const char *wanted;
    bool found;
    uint32_t lines;
} asked;

static int search(int32_t descriptor, const char *name)
{
    struct lines lines = {.descriptor = descriptor};
    char line[LINE_BYTES];
    (void)name;
    while (next_line(&lines, line)) {
        if (!find(line, asked.wanted))
            continue;
        asked.found = true;
        print(line);
        print("\n");
    }
    return 0;
}

int run_grep(int count, char **arguments)
{
    if (count < 2)
        return complain("grep", "name what to look for", -EINVAL);
    asked.wanted = arguments[1];
    int result = with_files(count, arguments, 2, search);
    return result ? 2 : !asked.found;
}

static int show_head(int32_t descriptor, const char *name)
{
    struct lines lines = {.descriptor = descriptor};
    char line[LINE_BYTES];
    (void)name;
    for (uint32_t number = 0; number < asked.lines && next_line(&lines, line); number++) {
        print(line);
        print("\n");
    }
    return 0;
}

static int show_tail(int32_t descriptor, const char *name)
{
    static char *kept;
    uint32_t held = 0;
    int32_t count;
    if (!kept)
        kept = (char *)(uintptr_t)more_memory(TAIL_BYTES);
    if (!kept)
        return complain("tail", name ? name : "-", -ENOMEM);
    while ((count = CALL(READ, descriptor, kept + held, TAIL_BYTES - held)) > 0) {
        held += (uint32_t)count;
        if (held < TAIL_BYTES)
            continue;
        held = TAIL_BYTES / 2;
        memcpy(kept, kept + held, held);
    }
    uint32_t begin = held, lines = asked.lines + (held && kept[held - 1] == '\n');
    while (begin && (kept[begin - 1] != '\n' || --lines))
        begin--;
    print_bytes(kept + begin, held - begin);
    return count < 0 ? complain("tail", name ? name : "-", count) : 0;
}

static int with_lines(int count, char **arguments, int (*each)(int32_t descriptor, const char *name))
{
    bool given = count > 2 && same(arguments[1], "-n");
    asked.lines = 10;
    if (given && !number_of(arguments[2], &asked.lines))
        return complain(last_part(arguments[0]), arguments[2], -EINVAL);
    return with_files(count, arguments, given ? 3 : 1, each);
}

int run_head(int count, char **arguments)
{
    return with_lines(count, arguments, show_head);
}

int run_tail(int count, char **arguments)
{
    return with_lines(count, arguments, show_tail);
}

static void print_hex(uint32_t number, uint32_t digits)
{
    while (digits--)
        print_bytes(&"0123456789abcdef"[number >> 4 * digits & 15], 1);
}

static int show_bytes(int32_t descriptor, const char *name)
{
    uint8_t row[16];
    uint32_t place = 0, held = 0;
    int32_t count;
    do {
        count = CALL(READ, descriptor, row + held, sizeof row - held);
        held += count > 0 ? (uint32_t)count : 0;
        if ((count > 0 && held < sizeof row) || !held)
            continue;
        print_hex(place, 8);
        for (uint32_t byte = 0; byte < sizeof row; byte++) {
            print(byte % 8 ? " " : "  ");
            if (byte < held)
                print_hex(row[byte], 2);
            else
                print("  ");
        }
        print("  |");
        for (uint32_t byte = 0; byte < held; byte++)
            print_bytes(row[byte] >= ' ' && row[byte] < 127 ? (const char *)&row[byte] : ".", 1);
        print("|\n");
        place += held;
        held = 0;
    } while (count > 0);
    return count < 0 ? complain("hexdump", name ? name : "-", count) : 0;
}

int run_hexdump(int count, char **arguments)
{
    return with_files(count, arguments, 1, show_bytes);
}
