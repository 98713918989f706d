/* What the files of the program `suite` know of each other. */
#ifndef SUITE_H
#define SUITE_H

#include "lib.h"

/* A test runs in a child, in a folder of its own that is empty; it returns 0, or the line that did not hold. */
struct test {
    const char *name; /* NULL: the end of the list */
    int32_t (*run)(void);
    bool long_one;    /* left out of the short form */
};
extern const struct test file_tests[], link_tests[], pipe_tests[], process_tests[], signal_tests[], memory_tests[];
extern const struct test socket_tests[], full_tests[];

#define MUST(condition) \
    do { \
        if (!(condition)) \
            return __LINE__; \
    } while (0)

extern char bytes[512]; /* at a word's begin, to be read into and written from */

int32_t make_file(const char *path, const char *text); /* return 0 or an error */
/* Return whether a file holds just this. */
bool holds(const char *path, const char *text);
void sleep_ms(uint32_t milliseconds);
/* Wait for a child; return its exit status, or 1000 and the signal that ended it. */
int32_t ended(int32_t child);
/* Run a function of a test in a child; return its id. */
int32_t begin(int32_t (*child)(void));

#endif
