/* Output, by way of a buffer; what went wrong. */
#include "lib.h"

#define OUTPUT_BYTES 256

static struct {
    uint32_t count;
    char bytes[OUTPUT_BYTES];
} output;

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
