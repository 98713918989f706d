/* The other stack on this computer: what may wait for the flash runs there, with room for sanitizers. */
#include <stdlib.h>
#include <ucontext.h>

#include "hardware.h"
#include "native.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

#define BYTES (256 << 10)

static _Alignas(16) uint8_t room[BYTES];
static ucontext_t kernel, other;
static bool there;
static int stopped;

void board_aside_begin(uint32_t *stack, uint32_t bytes, void (*work)(void))
{
    (void)stack, (void)bytes;
    ASAN_UNPOISON_MEMORY_REGION(room, sizeof room); /* a cut may have left it in the middle of something */
    if (getcontext(&other))
        abort();
    other.uc_stack.ss_sp = room;
    other.uc_stack.ss_size = sizeof room;
    other.uc_link = NULL;
    makecontext(&other, work, 0);
}

void board_aside_enter(void)
{
    there = true;
    swapcontext(&kernel, &other);
    there = false;
    if (stopped) {
        int why = stopped;
        stopped = 0;
        native_stop(why);
    }
}

void board_aside_leave(void)
{
    swapcontext(&other, &kernel);
}

/* End a run from the other stack: the first one has to do it. */
void aside_stop(int why)
{
    if (!there)
        return;
    stopped = why;
    swapcontext(&other, &kernel);
}
