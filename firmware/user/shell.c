/* The shell: pipelines, redirection, jobs in the background, history, scripts. */
#include "lib.h"

#define LINE_BYTES 160
#define WORDS_MAX 24
#define STAGES_MAX 6 /* programs in a pipeline */
#define HISTORY_BYTES 512
enum { KEY_END = 4, KEY_ERASE = 8, KEY_ESCAPE = 27, KEY_DELETE = 127 };

/* One program of a pipeline: its words, and the files that stand for its input and output. */
struct stage {
    char *words[WORDS_MAX + 1];
    uint32_t count;
    char *input, *output;
    bool append;
};

static struct {
    bool interactive, ended;
    int status; /* of what ran last */
    int32_t id;
    uint32_t jobs; /* in the background */
    uint32_t used; /* bytes of history: lines, each with its zero, the oldest first */
    char history[HISTORY_BYTES];
} shell;

/* --- reading a line ------------------------------------------------------------------------------------------ */

static void remember(const char *line)
{
    uint32_t length = length_of(line) + 1;
    if (length == 1 || length > HISTORY_BYTES)
        return;
    while (shell.used + length > HISTORY_BYTES) {
        uint32_t oldest = length_of(shell.history) + 1;
        shell.used -= oldest;
        memmove(shell.history, shell.history + oldest, shell.used);
    }
    memcpy(shell.history + shell.used, line, length);
    shell.used += length;
}

/* Return the line so many before the next one; NULL: there is none. */
static const char *remembered(uint32_t back)
{
    uint32_t place = shell.used;
    while (back-- && place) {
        place--;
        while (place && shell.history[place - 1])
            place--;
        if (!back)
            return shell.history + place;
    }
    return NULL;
}

static void set_raw(bool raw)
{
    struct abi_termios modes;
    if (CALL(IOCTL, STANDARD_INPUT, TCGETS, &modes) < 0)
        return;
    modes.lflag = raw ? ISIG : ISIG | ICANON | ECHO;
    CALL(IOCTL, STANDARD_INPUT, TCSETS, &modes);
}

/* Show another line in place of the one there. */
static uint32_t replace_line(char *line, uint32_t length, const char *with)
{
    while (length--)
        print("\b \b");
    uint32_t count = length_of(with);
    memcpy(line, with, count);
    print_bytes(line, count);
    return count;
}

/* Read a line with history; false at the end of input. */
static bool edit_line(char line[LINE_BYTES])
{
    uint32_t length = 0, back = 0, escape = 0;
    for (;;) {
        char key;
        flush();
        int32_t count = CALL(READ, STANDARD_INPUT, &key, 1);
        if (count == -EINTR) {
            line[0] = 0;
            return true;
        }
        if (count <= 0 || (key == KEY_END && length == 0))
            return false;
        if (escape || key == KEY_ESCAPE) {
            escape = key == KEY_ESCAPE ? 1 : escape == 1 && key == '[' ? 2 : 0;
            if (!escape && (key == 'A' || key == 'B')) {
                uint32_t wanted = key == 'A' ? back + 1 : back ? back - 1 : 0;
                const char *found = wanted ? remembered(wanted) : "";
                if (found) {
                    back = wanted;
                    length = replace_line(line, length, found);
                }
            }
        } else if (key == '\n') {
            print("\n");
            line[length] = 0;
            remember(line);
            return true;
        } else if (key == KEY_ERASE || key == KEY_DELETE) {
            if (length && length--)
                print("\b \b");
        } else if (key >= ' ' && length + 1 < LINE_BYTES) {
            line[length++] = key;
            print_bytes(&key, 1);
        }
    }
}

/* Read a line of a script. */
static bool plain_line(char line[LINE_BYTES])
{
    uint32_t length = 0;
    int32_t count;
    char byte;
    while ((count = CALL(READ, STANDARD_INPUT, &byte, 1)) == 1 && byte != '\n')
        if (length + 1 < LINE_BYTES)
            line[length++] = byte;
    line[length] = 0;
    return count == 1 || length;
}

/* --- taking it apart ----------------------------------------------------------------------------------------- */

/* Take the next word off a line: it is cut off there, quotes are taken out.  An operator is a word of its own, and
 * says so.  NULL at the end. */
static char *next_word(char **line, char *operator)
{
    char *from = *line;
    while (*from == ' ' || *from == '\t')
        from++;
    *operator = 0;
    if (!*from || *from == '#') {
        *line = from;
        return NULL;
    }
    if (*from == '|' || *from == '&' || *from == ';' || *from == '<' || *from == '>') {
        *operator = *from;
        if (*from == '>' && from[1] == '>') {
            *operator = 'a';
            from++;
        }
        *line = from + 1;
        return from;
    }
    char *word = from, *into = from, quote = 0;
    for (; *from; from++) {
        if (quote ? *from == quote : *from == '\'' || *from == '"')
            quote = quote ? 0 : *from;
        else if (!quote && (*from == ' ' || *from == '\t'))
            break;
        else if (!quote && (*from == '|' || *from == '&' || *from == ';' || *from == '<' || *from == '>'))
            break;
        else
            *into++ = *from;
    }
    /* The zero behind the word may take the place of an operator: that is kept by moving it. */
    *line = from;
    if (*from == ' ' || *from == '\t')
        *line = from + 1;
    else if (*from && into == from)
        return word; /* the caller ends the word once the operator is read */
    *into = 0;
    return word;
}

/* --- running it ---------------------------------------------------------------------------------------------- */

static int change_folder(const struct stage *stage)
{
    const char *path = stage->count > 1 ? stage->words[1] : "/root";
    int32_t failed = CALL(CHDIR, path);
    return failed ? complain("cd", path, failed) : 0;
}

static int show_folder(void)
{
    char path[PATH_BYTES];
    int32_t length = CALL(GETCWD, path, sizeof path);
    if (length < 0)
        return complain("pwd", ".", length);
    print(path);
    print("\n");
    flush();
    return 0;
}

static int show_history(void)
{
    uint32_t number = 1;
    for (uint32_t place = 0; place < shell.used; place += length_of(shell.history + place) + 1) {
        print_number(number++, 4);
        print("  ");
        print(shell.history + place);
        print("\n");
    }
    flush();
    return 0;
}

/* Wait for one that ended in the background, or for all of them. */
static void wait_jobs(bool all)
{
    int32_t status, ended;
    while (shell.jobs && (ended = CALL(WAIT4, -1, &status, all ? 0 : WNOHANG)) > 0) {
        shell.jobs--;
        if (!shell.interactive)
            continue;
        print("[");
        print_number((uint32_t)ended, 0);
        print("] done\n");
        flush();
    }
}

/* Do what only the shell itself can; false: it is none of that. */
static bool built_in(const struct stage *stage, int *status)
{
    const char *name = stage->words[0];
    uint32_t code = 0;
    if (same(name, "cd"))
        *status = change_folder(stage);
    else if (same(name, "pwd"))
        *status = show_folder();
    else if (same(name, "history"))
        *status = show_history();
    else if (same(name, "wait"))
        wait_jobs(true), *status = 0;
    else if (same(name, "exit"))
        shell.ended = true, *status = stage->count > 1 && number_of(stage->words[1], &code) ? (int)code : 0;
    else
        return false;
    return true;
}

static void redirect(const char *path, int32_t descriptor, uint32_t flags)
{
    if (!path)
        return;
    int32_t opened = CALL(OPENAT, AT_FDCWD, path, flags, 0644);
    if (opened < 0)
        leave(complain("sh", path, opened));
    CALL(DUP3, opened, descriptor, 0);
    CALL(CLOSE, opened);
}

static _Noreturn void become(struct stage *stage)
{
    char path[PATH_BYTES], *environment[] = {(char *)"PATH=/bin", NULL};
    const char *name = stage->words[0];
    redirect(stage->input, STANDARD_INPUT, O_RDONLY);
    redirect(stage->output, STANDARD_OUTPUT, O_WRONLY | O_CREAT | (stage->append ? O_APPEND : O_TRUNC));
    if (find(name, "/") ? !join(path, "", name) : !join(path, "/bin", name))
        leave(complain("sh", name, -ENAMETOOLONG));
    int32_t failed = CALL(EXECVE, path, stage->words, environment);
    complain("sh", name, failed);
    leave(failed == -ENOENT ? 127 : 126);
}

static void set_foreground(int32_t group)
{
    if (shell.interactive)
        CALL(IOCTL, STANDARD_INPUT, TIOCSPGRP, &group);
}

static int status_of(int32_t told)
{
    return told & 0x7F ? 128 + (told & 0x7F) : told >> 8 & 0xFF;
}

static int run_pipeline(struct stage *stages, uint32_t count, bool background)
{
    int32_t group = 0, before = -1, children[STAGES_MAX], status = 0, told;
    uint32_t begun = 0;
    for (; begun < count; begun++) {
        int32_t ends[2] = {-1, -1};
        if (begun + 1 < count && CALL(PIPE2, ends, O_CLOEXEC) < 0)
            break;
        int32_t child = CALL(CLONE, CLONE_FORK);
        if (child == 0) {
            CALL(SETPGID, 0, group);
            usual_signal(SIGINT);
            if (!background && !group)
                set_foreground(CALL(GETPID));
            if (before >= 0)
                CALL(DUP3, before, STANDARD_INPUT, 0);
            if (ends[1] >= 0)
                CALL(DUP3, ends[1], STANDARD_OUTPUT, 0);
            become(&stages[begun]);
        }
        if (child < 0)
            complain("sh", stages[begun].words[0], child);
        if (!group && child > 0)
            group = child;
        CALL(SETPGID, child, group);
        if (before >= 0)
            CALL(CLOSE, before);
        if (ends[1] >= 0)
            CALL(CLOSE, ends[1]);
        before = ends[0];
        if (child < 0)
            break;
        children[begun] = child;
    }
    if (before >= 0)
        CALL(CLOSE, before);
    if (background) {
        shell.jobs += begun;
        print("[");
        print_number((uint32_t)group, 0);
        print("]\n");
        flush();
        return 0;
    }
    for (uint32_t child = 0; child < begun; child++) {
        while (CALL(WAIT4, children[child], &told, 0) == -EINTR)
            ;
        status = status_of(told);
    }
    set_foreground(shell.id);
    if (status > 128 && shell.interactive) {
        print("ended by signal ");
        print_number((uint32_t)status - 128, 0);
        print("\n");
        flush();
    }
    return begun < count ? 1 : status;
}

static struct stage stages[STAGES_MAX];

static void finish(uint32_t count, bool background)
{
    if (!count || !stages[count - 1].count)
        return;
    if (count == 1 && !background && built_in(&stages[0], &shell.status))
        return;
    shell.status = run_pipeline(stages, count, background);
}

static int wrong_line(const char *where)
{
    complain("sh", where, -EINVAL);
    return shell.status = 2;
}

static void run_line(char *line)
{
    uint32_t count = 0;
    char operator, *word, *ended = NULL, **file = NULL;
    while (!shell.ended) {
        word = next_word(&line, &operator);
        if (ended)
            *ended = 0; /* the word before an operator, now that this is read */
        ended = NULL;
        if (file && (operator || !word)) {
            wrong_line("a file's name belongs behind < and >");
            return;
        }
        if (!word || operator == '&' || operator == ';') {
            finish(count, operator == '&');
            count = 0;
            if (!word)
                return;
            continue;
        }
        if (count == 0 || operator == '|') {
            if (operator == '|' && (!count || !stages[count - 1].count)) {
                wrong_line("|");
                return;
            }
            if (count == STAGES_MAX) {
                wrong_line("a pipeline has at most six programs");
                return;
            }
            memset(&stages[count++], 0, sizeof stages[0]);
        }
        struct stage *stage = &stages[count - 1];
        if (operator == '<') {
            file = &stage->input;
        } else if (operator == '>' || operator == 'a') {
            file = &stage->output;
            stage->append = operator == 'a';
        } else if (!operator) {
            ended = *line == '|' || *line == '&' || *line == ';' || *line == '<' || *line == '>' ? line : NULL;
            if (file)
                *file = word;
            else if (stage->count < WORDS_MAX)
                stage->words[stage->count++] = word;
            file = NULL;
        }
    }
}

static void interrupted(int32_t signal)
{
    (void)signal;
}

int run_shell(int count, char **arguments)
{
    static char line[LINE_BYTES];
    struct abi_termios modes;
    if (count > 2 && same(arguments[1], "-c")) {
        uint32_t length = length_of(arguments[2]);
        memcpy(line, arguments[2], length < LINE_BYTES ? length : LINE_BYTES - 1);
        run_line(line);
        return shell.status;
    }
    if (count > 1)
        redirect(arguments[1], STANDARD_INPUT, O_RDONLY);
    shell.interactive = CALL(IOCTL, STANDARD_INPUT, TCGETS, &modes) == 0;
    shell.id = CALL(GETPID);
    if (shell.interactive) {
        CALL(SETPGID, 0, 0);
        on_signal(SIGINT, interrupted, 0); /* so that a read ends, and the line is given up */
        set_foreground(shell.id);
    }
    while (!shell.ended) {
        wait_jobs(false);
        if (shell.interactive) {
            print(CALL(GETUID) ? "$ " : "# ");
            set_raw(true);
        }
        bool got = shell.interactive ? edit_line(line) : plain_line(line);
        if (shell.interactive) {
            flush();
            set_raw(false);
        }
        if (!got)
            break;
        run_line(line);
    }
    if (shell.interactive)
        print("\n");
    return shell.status;
}
