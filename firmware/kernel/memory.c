/* What the compiler and littlefs want of a C library: copies, fills, a comparison, and a little of text. */
#include <string.h>

#include "kernel.h"

void *memcpy(void *restrict into, const void *restrict from, size_t bytes)
{
    uint8_t *to = into;
    const uint8_t *source = from;
    if ((((uintptr_t)to | (uintptr_t)source) & 3) == 0) {
        for (; bytes >= 16; bytes -= 16, to += 16, source += 16) {
            uint32_t *words = (uint32_t *)(void *)to;
            const uint32_t *read = (const uint32_t *)(const void *)source;
            uint32_t first = read[0], second = read[1], third = read[2], fourth = read[3];
            words[0] = first;
            words[1] = second;
            words[2] = third;
            words[3] = fourth;
        }
        for (; bytes >= 4; bytes -= 4, to += 4, source += 4)
            *(uint32_t *)(void *)to = *(const uint32_t *)(const void *)source;
    }
    while (bytes--)
        *to++ = *source++;
    return into;
}

void *memmove(void *into, const void *from, size_t bytes)
{
    uint8_t *to = into;
    const uint8_t *source = from;
    if (to <= source || to >= source + bytes)
        return memcpy(into, from, bytes);
    while (bytes--)
        to[bytes] = source[bytes];
    return into;
}

void *memset(void *into, int byte, size_t bytes)
{
    uint8_t *to = into;
    uint32_t word = (uint8_t)byte * 0x01010101u;
    if (((uintptr_t)to & 3) == 0) {
        for (; bytes >= 16; bytes -= 16, to += 16) {
            uint32_t *words = (uint32_t *)(void *)to;
            words[0] = word;
            words[1] = word;
            words[2] = word;
            words[3] = word;
        }
        for (; bytes >= 4; bytes -= 4, to += 4)
            *(uint32_t *)(void *)to = word;
    }
    while (bytes--)
        *to++ = (uint8_t)byte;
    return into;
}

int memcmp(const void *left, const void *right, size_t bytes)
{
    const uint8_t *a = left, *b = right;
    for (; bytes; bytes--, a++, b++)
        if (*a != *b)
            return *a < *b ? -1 : 1;
    return 0;
}

/* --- text, for littlefs -------------------------------------------------------------------------------------- */

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

char *strcpy(char *restrict into, const char *restrict from)
{
    return memcpy(into, from, strlen(from) + 1);
}

char *strchr(const char *text, int wanted)
{
    for (; *text != (char)wanted; text++)
        if (!*text)
            return NULL;
    return (char *)(uintptr_t)text;
}

size_t strspn(const char *text, const char *of)
{
    size_t length = 0;
    while (text[length] && strchr(of, text[length]))
        length++;
    return length;
}

size_t strcspn(const char *text, const char *none)
{
    size_t length = 0;
    while (text[length] && !strchr(none, text[length]))
        length++;
    return length;
}

/* --- shifts of 64 bits, for files that are compiled to be as small as can be ---------------------------------- */

uint64_t __ashldi3(uint64_t value, int count);
uint64_t __lshrdi3(uint64_t value, int count);

uint64_t __ashldi3(uint64_t value, int count)
{
    uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
    if (count >= 32)
        return (uint64_t)(low << (count - 32)) << 32;
    return count ? (uint64_t)(high << count | low >> (32 - count)) << 32 | low << count : value;
}

uint64_t __lshrdi3(uint64_t value, int count)
{
    uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
    if (count >= 32)
        return high >> (count - 32);
    return count ? (uint64_t)(high >> count) << 32 | (low >> count | high << (32 - count)) : value;
}
