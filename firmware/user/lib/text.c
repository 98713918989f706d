/* Bytes and text. */
#include "lib.h"

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

bool begins_with(const char *text, const char *with, uint32_t length)
{
    while (length && *text == *with)
        text++, with++, length--;
    return !length;
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
