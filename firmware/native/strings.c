/* The strings of calls, copied as gateware does it on the board. */
#include "native.h"
#include "process.h"

static struct {
    uint32_t states;
    uint32_t wild[VG_STRINGS_MAX]; /* bytes until nothing answers any more */
    _Alignas(4) char areas[VG_STRINGS_MAX * VG_STRING_AREA_BYTES];
} strings;

uint32_t native_paths(uint32_t id)
{
    static const struct {
        uint32_t id, paths;
    } calls[] = {
        {VG_SYS_OPENAT, VG_PATHS_OPENAT},       {VG_SYS_EXECVE, VG_PATHS_EXECVE},
        {VG_SYS_NEWFSTATAT, VG_PATHS_NEWFSTATAT}, {VG_SYS_FACCESSAT, VG_PATHS_FACCESSAT},
        {VG_SYS_READLINKAT, VG_PATHS_READLINKAT}, {VG_SYS_MKDIRAT, VG_PATHS_MKDIRAT},
        {VG_SYS_MKNODAT, VG_PATHS_MKNODAT},     {VG_SYS_SYMLINKAT, VG_PATHS_SYMLINKAT},
        {VG_SYS_LINKAT, VG_PATHS_LINKAT},       {VG_SYS_UNLINKAT, VG_PATHS_UNLINKAT},
        {VG_SYS_RENAMEAT2, VG_PATHS_RENAMEAT2}, {VG_SYS_FCHMODAT, VG_PATHS_FCHMODAT},
        {VG_SYS_FCHOWNAT, VG_PATHS_FCHOWNAT},   {VG_SYS_UTIMENSAT, VG_PATHS_UTIMENSAT},
        {VG_SYS_CHDIR, VG_PATHS_CHDIR},
    };
    for (uint32_t row = 0; row < sizeof calls / sizeof calls[0]; row++)
        if (calls[row].id == id)
            return calls[row].paths;
    return 0;
}

static uint32_t copy(const struct process *process, uint32_t address, char *into, uint32_t *wild)
{
    for (uint32_t length = 0; length < VG_STRING_BYTES; length++) {
        const uint8_t *byte = user_bytes(process, address + length, 1, false);
        *wild = length;
        if (!byte)
            return VG_STRING_STATE_WILD;
        into[length] = (char)*byte;
        if (!*byte)
            return VG_STRING_STATE_WHOLE;
    }
    return VG_STRING_STATE_LONG;
}

/* Take the strings of a call that begins, of a process that was entered. */
void native_take(struct process *process, uint32_t id)
{
    uint32_t arguments = native_paths(id);
    seeds_of(process);
    strings.states = 0;
    for (uint32_t which = 0; which < VG_STRINGS_MAX; arguments >>= 4, which++) {
        bool any = arguments & 15;
        uint32_t address = ARGUMENT(process, any ? (arguments & 15) - 1 : 0), offset = address & 3; /* none: a0's */
        uint32_t state = VG_STRING_STATE_NONE;
        if (any)
            state = copy(process, address, strings.areas + which * VG_STRING_AREA_BYTES + offset, &strings.wild[which]);
        strings.states |= (VG_VALUE(VG_COPROCESSOR_STRINGS_STATE0, state) |
                           VG_VALUE(VG_COPROCESSOR_STRINGS_OFFSET0, offset))
                          << which * STRING_STATE_BITS;
    }
}

uint32_t native_string(uint32_t which, char *into)
{
    uint32_t states = strings.states >> which * STRING_STATE_BITS, length = 0;
    const char *from = strings.areas + which * VG_STRING_AREA_BYTES +
                       VG_FIELD(states, VG_COPROCESSOR_STRINGS_OFFSET0);
    if (VG_FIELD(states, VG_COPROCESSOR_STRINGS_STATE0) == VG_STRING_STATE_WILD)
        length = strings.wild[which];
    else
        while (length < VG_STRING_BYTES && from[length])
            length++;
    memcpy(into, from, length);
    return length;
}

uint32_t board_strings(void)
{
    return strings.states;
}

const char *board_string_areas(void)
{
    return strings.areas;
}

void board_cwd(uint32_t seed)
{
    (void)seed;
}
