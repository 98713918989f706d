/* What the files of the program `views` know of each other. */
#ifndef VIEWS_H
#define VIEWS_H

#include "lib.h"

/* A probe notes what it sees: numbers that are to be the same, whether the file is real or a decoy. */
struct probe {
    const char *name; /* NULL: the end of the list */
    void (*run)(void);
};
extern const struct probe reading_probes[], name_probes[], changing_probes[];

#define FOLDER "/etc"
#define NAME "shadow"
#define FILE FOLDER "/" NAME /* a secret that there is on every board */

extern char bytes[512];

void note(int32_t value);
int32_t open_file(const char *path, uint32_t flags); /* mode 0600, if it is made */
/* Note what a call on a path gives, and of a file its mode, owner, links, size and number. */
void note_stat(const char *path);
struct abi_stat stat_of(const char *path);
/* Return a sum over all bytes of a file from where it stands, or an error; `*length`: how many they are. */
uint32_t sum_of(int32_t file, uint32_t *length);
uint32_t sum_at(const char *path);
/* Return how many names a folder has; `*place`, `*number`: where a name stands among them, and its inode. */
int32_t listed(const char *folder, const char *name, int32_t *place, uint32_t *number);
int32_t in_child(int32_t (*what)(void)); /* return what it does, in a child */
void put_file(const char *path, const char *text);

#endif
