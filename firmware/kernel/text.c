/* Text with a zero behind it. */
#include "process.h"

uint32_t text_length(const char *text)
{
    uint32_t length = 0;
    while (text[length])
        length++;
    return length;
}

bool text_same(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return *left == *right;
}

void text_copy(char *into, const char *from, uint32_t room)
{
    uint32_t length = 0;
    for (; length + 1 < room && from[length]; length++)
        into[length] = from[length];
    while (length < room)
        into[length++] = 0;
}

uint32_t text_add(char *text, uint32_t length, uint32_t room, const char *more)
{
    for (; *more && length + 1 < room; more++)
        text[length++] = *more;
    text[length] = 0;
    return length;
}

uint32_t text_number(char *text, uint32_t length, uint32_t room, uint32_t number)
{
    char digits[11];
    uint32_t place = sizeof digits - 1;
    digits[place] = 0;
    do
        digits[--place] = (char)('0' + number % 10);
    while (number /= 10);
    return text_add(text, length, room, digits + place);
}
