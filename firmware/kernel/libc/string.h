/* What littlefs asks of a C library on the board. */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

void *memcpy(void *restrict into, const void *restrict from, size_t bytes);
void *memset(void *into, int byte, size_t bytes);
int memcmp(const void *left, const void *right, size_t bytes);
char *strcpy(char *restrict into, const char *restrict from);
char *strchr(const char *text, int wanted);
size_t strlen(const char *text);
size_t strspn(const char *text, const char *of);
size_t strcspn(const char *text, const char *none);

#endif
