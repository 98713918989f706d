/* All programs in one: its text is loaded once, and its name says which of them it is. */
#include "lib.h"

static const struct {
    const char *name;
    program *run;
} programs[] = {
    {"init", run_init}, {"sh", run_shell}, {"ls", run_ls}, {"ps", run_ps}, {"cat", run_cat}, {"echo", run_echo},
    {"wc", run_wc}, {"grep", run_grep}, {"head", run_head}, {"mkdir", run_mkdir}, {"rm", run_rm},
    {"mv", run_mv}, {"cp", run_cp}, {"kill", run_kill}, {"sleep", run_sleep}, {"uname", run_uname},
    {"uptime", run_uptime}, {"id", run_id}, {"su", run_su}, {"ln", run_ln}, {"tail", run_tail},
    {"hexdump", run_hexdump}, {"find", run_find}, {"du", run_du}, {"tar", run_tar}, {"true", run_true}, {"false", run_false},
};

int main(int count, char **arguments)
{
    const char *name = count ? last_part(arguments[0]) : "sh";
    for (uint32_t row = 0; row < sizeof programs / sizeof programs[0]; row++)
        if (same(programs[row].name, name))
            return programs[row].run(count, arguments);
    return complain(name, "it is none of these programs", -ENOENT);
}
