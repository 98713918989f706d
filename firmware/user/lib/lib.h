/* The programs' library: calls, text, output.  There is no other one: programs include this alone. */
#ifndef LIB_H
#define LIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi.h"

#define STANDARD_INPUT 0
#define STANDARD_OUTPUT 1
#define STANDARD_ERROR 2

void *memcpy(void *restrict into, const void *restrict from, size_t bytes);
void *memset(void *into, int byte, size_t bytes);
void *memmove(void *into, const void *from, size_t bytes);

/* Make a call by its number; a negative result is an error.  The kernel leaves t0 and t1 alone; one that screens nothing,
 * to measure against, does not. */
static inline int32_t call_by_number(uint32_t number, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e)
{
    register uint32_t a0 __asm__("a0") = a, a1 __asm__("a1") = b, a2 __asm__("a2") = c;
    register uint32_t a3 __asm__("a3") = d, a4 __asm__("a4") = e, a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7) : "t0", "t1", "memory");
    return (int32_t)a0;
}

/* Make a call by its canonical id: CALL(WRITE, 1, text, length). */
#define AS_WORD(value) ((uint32_t)(uintptr_t)(value))
#define CALL_OF(id, a, b, c, d, e, ...) \
    call_by_number((uint32_t)abi_number(VG_SYS_##id), AS_WORD(a), AS_WORD(b), AS_WORD(c), AS_WORD(d), AS_WORD(e))
#define CALL(...) CALL_OF(__VA_ARGS__, 0, 0, 0, 0, 0)

/* Let `handler` run when a signal comes, or nothing happen; flags: SA_RESTART.  Returns an error. */
int32_t on_signal(uint32_t signal, void (*handler)(int32_t signal), uint32_t flags);
int32_t ignore_signal(uint32_t signal);
int32_t usual_signal(uint32_t signal);

/* --- text ---------------------------------------------------------------------------------------------------- */

uint32_t length_of(const char *text);
bool same(const char *left, const char *right);
bool begins(const char *text, const char *with);
bool begins_with(const char *text, const char *with, uint32_t length); /* with its first so many bytes */
const char *find(const char *text, const char *wanted); /* where it first stands, or NULL */
const char *last_part(const char *path);
bool number_of(const char *text, uint32_t *number); /* decimal */
/* Put `folder`, a slash and `name` together; false if that is too long. */
bool join(char path[PATH_BYTES], const char *folder, const char *name);

/* --- output: to standard output by way of a buffer, which ends with the program ------------------------------- */

void print(const char *text);
void print_number(uint32_t number, uint32_t width); /* right-aligned */
void print_padded(const char *text, uint32_t width);
void print_bytes(const char *bytes, uint32_t count);
void flush(void);
/* Say on standard error what went wrong with what: `name: what: why`.  Returns 1. */
int complain(const char *name, const char *what, int32_t error);
bool write_all(int32_t descriptor, const char *bytes, uint32_t count);
_Noreturn void leave(int code);

/* Call `each` with every name in a folder but "." and ".."; return an error, or what `each` gave that is not 0. */
int32_t each_entry(const char *folder, int32_t (*each)(const char *folder, const char *name, void *with),
                   void *with);
uint32_t more_memory(uint32_t bytes); /* where it is; 0: there is no more */
/* Call `each` with a path and all below it: once for what is no folder, and for a folder ahead of what is in it and
 * `behind` that.  Links are not followed.  Return an error, or what `each` gave that is not 0. */
typedef int32_t visit(const char *path, const struct abi_stat *stat, bool behind, void *with);
int32_t each_below(const char *path, visit *each, void *with);
int32_t remove_all(const char *path); /* with all that is in it; or an error */
int32_t read_file(const char *path, char *into, uint32_t room); /* its begin, as text; its length, or an error */

/* --- programs: main.c has the list ---------------------------------------------------------------------------- */

typedef int program(int count, char **arguments);
program run_init, run_shell, run_ls, run_ps, run_cat, run_echo, run_wc, run_grep, run_head, run_mkdir, run_rm;
program run_mv, run_cp, run_ln, run_kill, run_sleep, run_uname, run_uptime, run_id, run_su, run_true, run_false;
program run_tail, run_hexdump, run_find, run_du, run_tar;

#endif
