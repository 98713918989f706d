/* The shell: pipelines, redirection, scripts, and what only the shell itself can. */
#include "shell.h"

struct shell *shell;

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
        *status = line_history();
    else if (same(name, "wait"))
        jobs_wait(true), *status = 0;
    else if (same(name, "jobs"))
        *status = jobs_show();
    else if (same(name, "fg"))
        *status = jobs_front(stage->count > 1 && number_of(stage->words[1], &code) ? (int32_t)code : 0);
    else if (same(name, "exit"))
        shell->ended = true, *status = stage->count > 1 && number_of(stage->words[1], &code) ? (int)code : 0;
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

static int run_pipeline(struct stage *stages, uint32_t count, bool background)
{
    int32_t group = 0, before = -1, children[STAGES_MAX];
    uint32_t begun = 0;
    if (background && !jobs_room())
        return complain("sh", stages[0].words[0], -EAGAIN);
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
    if (background && begun)
        jobs_add(group, children, begun, &stages[0]);
    int status = background ? 0 : jobs_finish(children, begun);
    return begun < count ? 1 : status;
}

static void finish(uint32_t count, bool background)
{
    struct stage *stages = shell->stages;
    if (!count || !stages[count - 1].count)
        return;
    if (count == 1 && !background && built_in(&stages[0], &shell->status))
        return;
    shell->status = run_pipeline(stages, count, background);
}

static int wrong_line(const char *where)
{
    complain("sh", where, -EINVAL);
    return shell->status = 2;
}

/* Add a word, which may be a file's name, to the last program of a pipeline. */
static void add_word(struct stage *stage, char *word, char ***file)
{
    if (*file)
        **file = word;
    else if (stage->count < WORDS_MAX)
        stage->words[stage->count++] = word;
    *file = NULL;
}

static void run_line(char *line)
{
    uint32_t count = 0;
    bool skip = false;
    char operator, *word, *ended = NULL, **file = NULL;
    while (!shell->ended) {
        word = words_next(&line, &operator);
        if (ended)
            *ended = 0; /* the word before an operator, now that this is read */
        ended = NULL;
        if (file && (operator || !word)) {
            wrong_line("a file's name belongs behind < and >");
            return;
        }
        if (!word || operator == '&' || operator == ';' || operator == 'A' || operator == 'O') {
            if (!skip)
                finish(count, operator == '&');
            count = 0;
            skip = operator == 'A' ? shell->status != 0 : operator == 'O' && shell->status == 0;
            if (!word)
                return;
            continue;
        }
        if (count == 0 || operator == '|') {
            if (operator == '|' && (!count || !shell->stages[count - 1].count)) {
                wrong_line("|");
                return;
            }
            if (count == STAGES_MAX) {
                wrong_line("a pipeline has at most six programs");
                return;
            }
            memset(&shell->stages[count++], 0, sizeof shell->stages[0]);
        }
        struct stage *stage = &shell->stages[count - 1];
        if (operator == '<') {
            file = &stage->input;
        } else if (operator == '>' || operator == 'a') {
            file = &stage->output;
            stage->append = operator == 'a';
        } else if (!operator) {
            ended = *line == '|' || *line == '&' || *line == ';' || *line == '<' || *line == '>' ? line : NULL;
            add_word(stage, word, &file);
        }
    }
}

static void interrupted(int32_t signal)
{
    (void)signal;
}

int run_shell(int count, char **arguments)
{
    shell = (struct shell *)(uintptr_t)more_memory(sizeof *shell);
    if (!shell)
        return complain("sh", "memory", -ENOMEM);
    char *line = shell->line;
    struct abi_termios modes;
    if (count > 2 && same(arguments[1], "-c")) {
        uint32_t length = length_of(arguments[2]);
        memcpy(line, arguments[2], length < LINE_BYTES ? length : LINE_BYTES - 1);
        run_line(line);
        return shell->status;
    }
    if (count > 1)
        redirect(arguments[1], STANDARD_INPUT, O_RDONLY);
    shell->interactive = CALL(IOCTL, STANDARD_INPUT, TCGETS, &modes) == 0;
    shell->id = CALL(GETPID);
    if (shell->interactive) {
        CALL(SETPGID, 0, 0);
        on_signal(SIGINT, interrupted, 0); /* so that a read ends, and the line is given up */
        set_foreground(shell->id);
    }
    while (!shell->ended) {
        jobs_wait(false);
        if (shell->interactive) {
            print(CALL(GETUID) ? "$ " : "# ");
            line_raw(true);
        }
        bool got = shell->interactive ? line_edit(line) : line_plain(line);
        if (shell->interactive) {
            flush();
            line_raw(false);
        }
        if (!got)
            break;
        run_line(line);
    }
    if (shell->interactive)
        print("\n");
    return shell->status;
}
