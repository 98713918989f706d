/* What the shell's files know of each other. */
#ifndef SHELL_H
#define SHELL_H

#include "lib.h"

#define LINE_BYTES 160
#define WORDS_MAX 24
#define STAGES_MAX 6 /* programs in a pipeline */
#define HISTORY_BYTES 512
#define JOBS_MAX 6
#define JOB_TEXT 24

/* One program of a pipeline: its words, and the files that stand for its input and output. */
struct stage {
    char *words[WORDS_MAX + 1];
    uint32_t count;
    char *input, *output;
    bool append;
};

/* A pipeline in the background. */
struct job {
    int32_t group;                /* the id of its first process; 0: none */
    uint32_t left;                /* processes that have not ended */
    int32_t children[STAGES_MAX]; /* 0: it has */
    char text[JOB_TEXT];          /* how it begins */
};

/* All the shell keeps, on the heap: other programs share its data's size, not this. */
struct shell {
    bool interactive, ended;
    int status; /* of what ran last */
    int32_t id;
    uint32_t used; /* bytes of history: lines, each with its zero, the oldest first */
    char history[HISTORY_BYTES];
    char line[LINE_BYTES];
    struct stage stages[STAGES_MAX];
    struct job jobs[JOBS_MAX];
};
extern struct shell *shell;

/* --- line.c: reading a line; false at the end of input -------------------------------------------------------- */

bool line_edit(char line[LINE_BYTES]);
bool line_plain(char line[LINE_BYTES]);
void line_raw(bool raw); /* keys come as they are typed */
int line_history(void);

/* --- words.c -------------------------------------------------------------------------------------------------- */

/* Take the next word off a line: it is cut off there, quotes are taken out.  An operator is a word of its own, and
 * says so: | & ; < > as they stand, `a` for >>, `A` for &&, `O` for ||.  NULL at the end. */
char *words_next(char **line, char *operator);

/* --- jobs.c --------------------------------------------------------------------------------------------------- */

bool jobs_room(void);
void jobs_add(int32_t group, const int32_t *children, uint32_t count, const struct stage *first);
void jobs_wait(bool all); /* for those that have ended, or until all have */
int jobs_show(void);
/* Bring a job to the foreground and wait for it: the one of that group, or, for 0, the last. */
int jobs_front(int32_t group);
/* Wait for processes in the foreground; return the last one's status. */
int jobs_finish(const int32_t *children, uint32_t count);
void set_foreground(int32_t group);

#endif
