/* The shell: jobs in the background, and the one in front. */
#include "shell.h"

static int status_of(int32_t told)
{
    return told & 0x7F ? 128 + (told & 0x7F) : told >> 8 & 0xFF;
}

void set_foreground(int32_t group)
{
    if (shell->interactive)
        CALL(IOCTL, STANDARD_INPUT, TIOCSPGRP, &group);
}

static struct job *job_of(int32_t group)
{
    for (struct job *job = shell->jobs; job < shell->jobs + JOBS_MAX; job++)
        if (job->group == group)
            return job;
    return NULL;
}

bool jobs_room(void)
{
    return job_of(0);
}

static void say(const struct job *job, const char *how)
{
    print("[");
    print_number((uint32_t)job->group, 0);
    print("]");
    print(how);
    print("\n");
}

void jobs_add(int32_t group, const int32_t *children, uint32_t count, const struct stage *first)
{
    struct job *job = job_of(0);
    uint32_t length = 0;
    memset(job, 0, sizeof *job);
    job->group = group;
    job->left = count;
    memcpy(job->children, children, count * sizeof children[0]);
    for (uint32_t word = 0; word < first->count; word++) {
        job->text[length++] = ' ';
        for (const char *byte = first->words[word]; *byte && length + 2 < JOB_TEXT; byte++)
            job->text[length++] = *byte;
        if (length + 2 >= JOB_TEXT)
            break;
    }
    say(job, "");
    flush();
}

static void note_end(int32_t child)
{
    for (struct job *job = shell->jobs; job < shell->jobs + JOBS_MAX; job++) {
        for (uint32_t place = 0; job->group && place < STAGES_MAX; place++) {
            if (job->children[place] != child)
                continue;
            job->children[place] = 0;
            if (--job->left)
                continue;
            if (shell->interactive)
                say(job, " done");
            job->group = 0;
        }
    }
    flush();
}

static bool any_job(void)
{
    for (const struct job *job = shell->jobs; job < shell->jobs + JOBS_MAX; job++)
        if (job->group)
            return true;
    return false;
}

void jobs_wait(bool all)
{
    int32_t status, ended;
    while (any_job() && (ended = CALL(WAIT4, -1, &status, all ? 0 : WNOHANG)) > 0)
        note_end(ended);
}

int jobs_show(void)
{
    for (const struct job *job = shell->jobs; job < shell->jobs + JOBS_MAX; job++)
        if (job->group)
            say(job, job->text);
    flush();
    return 0;
}

int jobs_finish(const int32_t *children, uint32_t count)
{
    int32_t status = 0, told;
    for (uint32_t child = 0; child < count; child++) {
        int32_t ended = -EINTR;
        while (children[child] && ended == -EINTR)
            ended = CALL(WAIT4, children[child], &told, 0);
        if (ended > 0)
            status = status_of(told);
    }
    set_foreground(shell->id);
    if (status > 128 && shell->interactive) {
        print("ended by signal ");
        print_number((uint32_t)status - 128, 0);
        print("\n");
        flush();
    }
    return status;
}

int jobs_front(int32_t group)
{
    struct job *job = group ? job_of(group) : NULL;
    for (struct job *other = shell->jobs; !group && other < shell->jobs + JOBS_MAX; other++)
        if (other->group && (!job || other->group > job->group))
            job = other;
    if (!job)
        return complain("fg", "job", -ESRCH);
    set_foreground(job->group);
    job->group = 0;
    return jobs_finish(job->children, STAGES_MAX);
}
