/* Decoys: what the process tree of a suspect sees in place of secrets, and where what it changes of them goes.
 *
 * Such a tree has a layer over the tree of files: nodes behind NODES, each in place of a real one, its origin, which
 * stays as it is.  What is made in the layer has an origin as well, a place of the table that nobody finds: so every
 * node has a number as any other, and that of its origin is what programs are told.  A secret's node in the layer
 * begins with the content of a decoy (baits.c), or with its own where the tree has read that already; what is no
 * secret begins with its own.  The layer goes with the last process of the tree.
 *
 * What is in the layer passes (passing.c), also where the files last that it is in place of; their content is copied
 * aside, where it is needed.  An origin whose name goes keeps its number, not its content: that it has something in
 * its place is nothing that others could tell. */
#include "files.h"

#define NOBODYS 0
#define LEFT 0xFF /* of a tree that is gone; the operator has it open */
#define PIECE 64

static struct {
    uint32_t model;       /* by whose trie the nodes have been judged */
    uint16_t seen[NODES]; /* bit t: tree t has read it as it is, or made it */
    struct layered {
        uint8_t tree;     /* tree + 1, NOBODYS or LEFT */
        uint8_t origin;
        bool made : 1;    /* in the layer: the origin is a mere place */
        bool bait : 1;    /* its content is a decoy's */
    } layer[LAYERED];     /* of node NODES + its place.  Where that is not used, the origin is hidden */
    uint32_t reach;       /* those behind are nobody's */
    uint32_t based[(NODES + 31) / 32]; /* bit n: node n is the origin of a tree's */
    bool unjudged;        /* some of the nodes that came with the image may be */
    uint32_t named;       /* one that has a new name, or 0 */
} decoys;
uint32_t decoys_trees;

_Static_assert(NODES <= UINT8_MAX && PROCESSES <= 16 && NODES + LAYERED <= PROC_NODE, "they fit");

ONCE void decoys_start(void)
{
    memset(&decoys, 0, sizeof decoys);
    decoys_trees = 0;
    decoys.unjudged = true;
}

void decoys_read(struct process *process, uint32_t node)
{
    if (node < NODES)
        decoys.seen[node] |= (uint16_t)(1u << process->tree);
    else if (decoys.layer[node - NODES].bait)
        quarantine_noted(process, VG_EVIDENCE_CANARY);
}

void decoys_judge_anew(void)
{
    decoys.model = 0;
    decoys.unjudged = true;
}

void decoys_named(uint32_t node)
{
    if (node >= NODES)
        return;
    nodes[node].judged = false;
    decoys.named = node;
}

uint32_t decoys_face(uint32_t node)
{
    return node < NODES || node >= PROC_NODE ? node : decoys.layer[node - NODES].origin;
}

/* --- the layer ----------------------------------------------------------------------------------------------- */

/* Return the node that a tree has in place of a real one; 0: none. */
static uint32_t layered_of(uint32_t tree, uint32_t origin)
{
    for (uint32_t place = 0; place < decoys.reach; place++)
        if (decoys.layer[place].origin == origin && decoys.layer[place].tree == tree + 1)
            return NODES + place;
    return 0;
}

bool decoys_based(uint32_t node)
{
    return node < NODES && decoys.based[node / 32] >> node % 32 & 1;
}

/* A place in the layer has become a tree's, or nobody's. */
static void count_origins(void)
{
    memset(decoys.based, 0, sizeof decoys.based);
    for (const struct layered *layered = decoys.layer; layered < decoys.layer + decoys.reach; layered++)
        if (layered->tree != NOBODYS && layered->tree != LEFT)
            decoys.based[layered->origin / 32] |= 1u << layered->origin % 32;
}

/* Take a place in the layer; return the node there, or 0. */
static uint32_t take(const struct process *process, uint32_t origin, bool made)
{
    for (uint32_t place = 0; place < LAYERED; place++) {
        if (decoys.layer[place].tree != NOBODYS)
            continue;
        decoys.layer[place] = (struct layered){(uint8_t)(process->tree + 1), (uint8_t)origin, made, false};
        if (place >= decoys.reach)
            decoys.reach = place + 1;
        count_origins();
        return NODES + place;
    }
    return 0;
}

/* Return whether it is known of a node, by the model in force, whether it is a secret. */
static bool judged(uint32_t number)
{
    const struct stored *model = store_newest();
    uint32_t current = model ? VG_GET(model->header, VG_FLASH_MODEL_NUMBER) : 0;
    for (uint32_t other = 0; decoys.model != current && other < NODES; other++)
        nodes[other].judged = false;
    decoys.model = current;
    return nodes[number].judged;
}

/* Return whether a node is a secret: as gateware classes its path.  The flash is to be ready. */
static bool secret(uint32_t number)
{
    const struct stored *model = store_newest();
    struct node *node = &nodes[number];
    char path[PATH_BYTES];
    if (!model)
        return true;
    if (!judged(number)) { /* what was a secret once stays one */
        node->secret |= nodes_path(number, path, sizeof path) < 0 ||
                        seeds_class(store_image(model), path) >= VG_SECRET_FROM;
        node->judged = true;
    }
    return node->secret;
}

bool decoys_step(void)
{
    if (!(decoys.unjudged || decoys.named) || !store_newest() || !lasting_ready() || !flash_ready())
        return false;
    uint32_t number = decoys.named ? decoys.named : 1;
    while (!decoys.named && number < NODES && (!nodes[number].used || nodes[number].judged || nodes[number].modified))
        number++;
    decoys.unjudged &= number < NODES;
    decoys.named = 0;
    if (number < NODES)
        secret(number);
    return true;
}

/* Copy what is in a lasting node to memory; return the region, NO_REGION for nothing, or an error. */
static int32_t copy_lasting(uint32_t origin)
{
    uint8_t piece[PIECE];
    uint32_t size = nodes[origin].size, done = 0;
    if (!size)
        return NO_REGION;
    if (!aside_here())
        return ASIDE;
    uint32_t region = pool_get((size + VG_GRANULE_BYTES - 1) / VG_GRANULE_BYTES);
    if (region == NO_REGION)
        return -ENOMEM;
    while (done < size) {
        int32_t count = nodes_read(origin, done, piece, sizeof piece);
        if (count <= 0) {
            pool_free(region);
            return count ? count : -EIO;
        }
        memcpy(pool_bytes(region) + done, piece, (uint32_t)count);
        done += (uint32_t)count;
    }
    return (int32_t)region;
}

/* Return whether a tree is to see a decoy in place of a real node.  The flash is to be ready. */
static bool is_hidden(uint32_t tree, uint32_t origin)
{
    return (nodes[origin].mode & S_IFMT) == S_IFREG && !nodes[origin].alias && !(decoys.seen[origin] >> tree & 1) &&
           secret(origin);
}

/* Give a tree a node of its own in place of a real one; return its number, or an error; ASIDE, where its content is
 * to be copied from what lasts. */
static int32_t lay(const struct process *process, uint32_t origin)
{
    uint32_t own = layered_of(process->tree, origin);
    if (own)
        return (int32_t)own;
    bool hidden = is_hidden(process->tree, origin), lasts = nodes[origin].lasting;
    int32_t failed = 0, copy = lasts && !hidden ? copy_lasting(origin) : NO_REGION;
    if (copy < 0)
        return copy;
    uint32_t faster = layered_of(process->tree, origin); /* another one of the tree was, while it was copied */
    own = faster ? faster : take(process, origin, false);
    if (faster || !own) {
        pool_free((uint32_t)copy);
        return own ? (int32_t)own : -EACCES;
    }
    struct node *node = &nodes[own];
    *node = nodes[origin];
    node->opens = 0;
    node->lasting = false;
    if (lasts) {
        node->region = (uint8_t)copy;
        node->where = 0;
    }
    decoys.layer[own - NODES].bait = hidden;
    if (hidden)
        failed = baits_put(own, origin) ? 0 : -EACCES;
    else if (!lasts && node->region != NO_REGION && (node->region = (uint8_t)pool_copy(node->region)) == NO_REGION)
        failed = -ENOMEM;
    if (failed) {
        memset(node, 0, sizeof *node);
        decoys.layer[own - NODES].tree = NOBODYS;
        count_origins();
        return failed;
    }
    return (int32_t)own;
}

/* Return the tree's node whose origin has the lowest number of those that are hidden, below `number`; or 0. */
static uint32_t hidden_before(const struct process *process, uint32_t number)
{
    uint32_t found = 0;
    for (uint32_t place = 0; place < decoys.reach; place++)
        if (decoys.layer[place].tree == process->tree + 1 && !nodes[NODES + place].used &&
            decoys.layer[place].origin < number) {
            number = decoys.layer[place].origin;
            found = NODES + place;
        }
    return found;
}

uint32_t decoys_made(const struct process *process, uint32_t folder, uint32_t number)
{
    bool layered = decoys_shown(process) && (process->diverted || folder >= NODES), full = number == NODES;
    uint32_t hidden = decoys_shown(process) && (layered || full) ? hidden_before(process, number) : 0;
    if (hidden || full)
        return hidden;
    if (!layered) {
        decoys.seen[number] = (uint16_t)(1u << process->tree);
        return number;
    }
    uint32_t own = take(process, number, true);
    if (own) {
        nodes[number].used = nodes[number].gone = true;
    }
    return own;
}

void decoys_gone(uint32_t number)
{
    struct layered *layered = &decoys.layer[number - NODES];
    bool place = layered->made && layered->tree != LEFT;
    if (layered->made || layered->tree == LEFT)
        layered->tree = NOBODYS;
    count_origins();
    if (place)
        nodes_let_go(layered->origin);
}

void decoys_forget(uint32_t tree)
{
    uint32_t reach = 0;
    for (uint32_t place = 0; place < decoys.reach; place++) {
        struct layered *layered = &decoys.layer[place];
        struct node *node = &nodes[NODES + place];
        if (layered->tree == tree + 1) {
            bool open = node->used && node->opens;
            if (open) {
                node->gone = true;
                node->links = 0;
            } else {
                pool_free(node->region);
                memset(node, 0, sizeof *node);
            }
            layered->tree = open ? LEFT : NOBODYS;
            count_origins();
            nodes_let_go(layered->origin);
        }
        if (layered->tree != NOBODYS)
            reach = place + 1;
    }
    decoys.reach = reach;
    decoys_trees &= ~(1u << tree);
    for (uint32_t number = 0; number < NODES; number++)
        decoys.seen[number] &= (uint16_t)~(1u << tree);
}

void decoys_end(const struct process *process)
{
    for (const struct process *other = processes; other < processes + PROCESSES; other++)
        if (process_lives(other) && other->tree == process->tree)
            return;
    log_line("tree %u has ended, and its decoys with it", (unsigned)process->tree);
    decoys_forget(process->tree);
}

/* --- what is seen -------------------------------------------------------------------------------------------- */

uint32_t decoys_listed(const struct process *process, uint32_t place)
{
    /* Most places are nobody's origin: a listing is not to take longer for them. */
    uint32_t own = decoys_shown(process) && decoys_based(place) ? layered_of(process->tree, place) : 0;
    return own ? own : place;
}

bool decoys_touch(const struct process *process, uint32_t folder, int32_t entry)
{
    const struct node *node = nodes + NODES;
    for (const struct layered *layered = decoys.layer; layered < decoys.layer + decoys.reach; layered++, node++)
        if (layered->tree == process->tree + 1 && (node->parent == folder || layered->origin == entry))
            return true;
    return false;
}

int32_t decoys_entry(const struct process *process, uint32_t folder, const char *name, int32_t entry)
{
    uint32_t tree = process->tree + 1;
    for (uint32_t place = 0; place < decoys.reach; place++) {
        const struct node *node = &nodes[NODES + place];
        if (decoys.layer[place].tree == tree && node->parent == folder && node->used && !node->gone &&
            text_same(node->name, name))
            return (int32_t)(NODES + place);
    }
    return entry >= 0 && layered_of(process->tree, (uint32_t)entry) ? -ENOENT : entry; /* another name, or none */
}

/* Have a real node stand for the tree's own from now on. */
static int32_t replace(struct process *process, struct place *place)
{
    if (!aside_flash())
        return ASIDE;
    process->diverted = true;
    int32_t own = lay(process, (uint32_t)place->node);
    if (own < 0 || !nodes[own].used)
        return own < 0 ? own : -ENOENT;
    if (place->entry == place->node)
        place->entry = own;
    place->node = own;
    return 0;
}

static bool is_real(const struct place *place, uint32_t type)
{
    return place->node >= 0 && place->node < NODES && (nodes[place->node].mode & S_IFMT) == type;
}

int32_t decoys_found(struct process *process, struct place *place)
{
    int32_t node = place->node;
    bool layered = node >= NODES && node < PROC_NODE;
    if (layered || (place->folder >= NODES && place->folder < PROC_NODE) ||
        (node < 0 && paths_proper(place) && nodes_child(place->folder, place->last) >= 0))
        process->diverted = true; /* it is in the layer; or a real one has that name, and is hidden */
    if (layered || node < 0 || is_real(place, S_IFDIR))
        return 0;
    if (node >= PROC_NODE)
        return process->diverted ? -EACCES : 0;
    if (!process->diverted && !layered_of(process->tree, (uint32_t)node)) {
        if (!is_real(place, S_IFREG))
            return 0;
        if (!judged((uint32_t)node) && !aside_flash())
            return ASIDE;
        if (!secret((uint32_t)node))
            return 0;
    }
    return replace(process, place);
}

/* So many cycles more are needed for a secret where the verdict is DECOY, and for what a tree sees in its place. */
#define OF_VERDICT 140
#define OF_VIEW 262

void decoys_even(const struct process *process, const struct place *place)
{
    if (place->node < 0 || place->node >= NODES + LAYERED || !nodes[place->node].secret)
        return;
    screen_drain(); /* what such calls leave, one by one: not many at once within somebody's call */
    uint32_t begun = board_cycles();
    uint32_t wait = (process->diverted ? 0 : OF_VERDICT) + (decoys_shown(process) ? 0 : OF_VIEW);
    while (board_cycles() - begun < wait)
        ;
}

/* --- what is changed ----------------------------------------------------------------------------------------- */

int32_t decoys_own(struct process *process, struct place *place)
{
    if (!process->diverted || place->node < 0)
        return 0;
    if (is_real(place, S_IFDIR))
        return -EBUSY;
    int32_t failed = place->node < NODES ? replace(process, place) : 0;
    if (failed || place->entry >= NODES)
        return failed;
    int32_t name = lay(process, (uint32_t)place->entry); /* another name of it */
    if (name < 0)
        return name;
    nodes[name].where = (uint32_t)place->node;
    place->entry = name;
    return 0;
}

int32_t decoys_remove_folder(struct process *process, uint32_t folder)
{
    bool ours = process->diverted;
    if (nodes_mount(folder))
        return 1; /* nobody can */
    for (uint32_t number = 1; number < NODES + LAYERED; number++) {
        const struct node *node = &nodes[number];
        if (number >= NODES) {
            const struct layered *layered = &decoys.layer[number - NODES];
            if (layered->tree != process->tree + 1)
                continue;
            ours |= !layered->made && nodes[layered->origin].parent == folder;
        } else if (layered_of(process->tree, number)) {
            continue;
        }
        if (node->used && !node->gone && node->parent == folder)
            return -ENOTEMPTY;
    }
    for (const struct process *other = processes; ours && other < processes + PROCESSES; other++)
        if (process_lives(other) && other->folder == folder)
            return -EBUSY;
    int32_t own = ours ? lay(process, folder) : 0;
    if (own > 0)
        memset(&nodes[own], 0, sizeof nodes[own]);
    return !ours ? 1 : own < 0 ? own : 0;
}

/* --- a verdict ----------------------------------------------------------------------------------------------- */

/* Have what is open of a real secret be the tree's own: `seen` is whether the tree has read it as it is. */
static void take_open(const struct process *process, bool seen)
{
    for (const struct process *other = processes; other < processes + PROCESSES; other++)
        for (uint32_t descriptor = 0; other->tree == process->tree && descriptor < DESCRIPTORS; descriptor++) {
            struct file *file = process_lives(other) ? files_of(other, descriptor) : NULL;
            if (!file || file->kind != FILE_NODE || file->what >= NODES || file_is_folder(file))
                continue;
            uint32_t origin = file->what;
            if ((decoys.seen[origin] >> process->tree & 1) != seen || !aside_flash() || !secret(origin))
                continue;
            int32_t own = lay(process, origin);
            if (files_of(other, descriptor) != file || file->kind != FILE_NODE || file->what != origin)
                continue; /* closed, while it was copied */
            nodes_close(origin);
            file->kind = own < 0 ? FILE_NULL : FILE_NODE; /* there is nothing to be seen: an empty file */
            file->what = own < 0 ? 0 : (uint16_t)own;
            if (own >= 0)
                nodes[own].opens++;
        }
}

void decoys_divert(struct process *process)
{
    process->diverted = true;
    if (decoys_shown(process))
        return;
    decoys_trees |= 1u << process->tree;
    log_line("tree %u sees decoys from now on: process %u (%s)", (unsigned)process->tree, (unsigned)process->id,
             process->name);
    take_open(process, false);
    take_open(process, true); /* which may take a while */
}

/* What shows a tree decoys is done aside; the call itself is begun then, where it always is. */
int32_t call_decoyed(struct process *process)
{
    process->diverted = true;
    if (aside_here()) {
        decoys_divert(process);
        return BLOCKED;
    }
    if (!decoys_shown(process))
        return ASIDE;
    process->again = NULL;
    process->calling = events_call(ARGUMENT(process, 7));
    return process->calling ? process->calling(process) : -EPERM;
}
