/* Signals. */
#include "lib.h"

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
