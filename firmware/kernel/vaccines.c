/* Vaccines that gateware makes: what is known of them, which end to make room, and how they outlive a reset.
 *
 * Gateware makes them, by itself or by order, and tells by a record (hdl/soc/births.py).  Here is a copy of each, for
 * the log, the operator and the flash.  A vaccine that is to end is revoked by an event, as one that expires is.
 *
 * In flash are two sectors, written by turns, header last: what was cut short has none, and then the one before it
 * counts.  Lives are kept as what is left of them, for powered time begins anew with each reset.
 *
 * One that was narrowed to its tree waits, when that tree is gone, for one that begins with the same program: trees
 * have numbers, which others get later.  It is known here alone then, in a place that a birth may take. */
#include "operator.h"

#define FIRST VG_BIRTH_FIRST
#define NODE_UNIT (VG_BIRTH_UNITS_6 & ~VG_BIRTH_UNITS_5)
#define NO_TREE_KNOWN 0xFF
#define SECTORS (VG_FLASH_VACCINES_SIZE / VG_FLASH_SECTOR_BYTES)
#define CHECK_WORDS (VG_FLASH_VACCINES_CHECK_OFFSET / 32)
#define A_PAGE (VG_FLASH_PAGE_BYTES / VG_FLASH_VACCINE_BYTES)
#define SECRET_BITS VG_BANK_BITS
#define LOOK_MS 10
_Static_assert(VG_FLASH_PAGE_BYTES + VG_BIRTHS * VG_FLASH_VACCINE_BYTES <= VG_FLASH_SECTOR_BYTES, "all fit");

struct vaccine {
    uint32_t key[2], expiry;
    uint16_t units, program;
    uint8_t bank, tree;
    bool lives : 1, waits : 1, pinned : 1; /* in force, or for its tree to begin; both: it is about to */
};

enum writing { WRITING_NOT, WRITING_ERASED, WRITING_PAGES, WRITING_HEADER };

static struct {
    struct vaccine all[VG_BIRTHS];
    uint32_t born, merged, refused, ended; /* since reset; of those refused, what has been logged */
    uint16_t programs[PROCESSES];          /* that trees have begun with: sums of their names */
    uint32_t model;                        /* in whose words paths are known; 0: none was in force yet */
    bool restored;
    /* the flash */
    uint32_t number, sector;               /* of the newest that is whole */
    bool dirty;   /* they have changed since they were written, or began to be */
    bool counted; /* there is room, or none can be made */
    uint64_t due, look; /* when they are to be written; to look whether gateware or the model has something new */
    enum writing writing;
    uint32_t page, count, content;
} vaccines;

static const uint8_t *sector_at(uint32_t sector)
{
    return flash_at(VG_FLASH_VACCINES_BASE + sector * VG_FLASH_SECTOR_BYTES);
}

/* --- boot ---------------------------------------------------------------------------------------------------- */

/* Give the banks' hashes this board's secret: who does not know its flash cannot aim at a place. */
ONCE static void load_secret(void)
{
    uint32_t block[VG_SHA256_BLOCK_COUNT], digest[8], words[16], bits = 0;
    memcpy(block, flash_at(VG_FLASH_FACTORY_BASE), sizeof block / 2);
    memcpy(block + VG_SHA256_BLOCK_COUNT / 2, flash_at(VG_FLASH_DECOYS_BASE), sizeof block / 2);
    for (uint32_t nibble = 0; nibble < VG_HASH_NIBBLES; nibble++) {
        for (uint32_t value = 0; value < 16; value++, bits += SECRET_BITS) {
            uint32_t bit = bits % 252; /* 28 values of a digest */
            if (bit == 0) {
                block[0] += 1;
                digest_begin();
                digest_add((const uint8_t *)block, sizeof block);
                digest_end(digest);
            }
            words[value] = (uint32_t)vg_get(digest, bit, SECRET_BITS);
        }
        board_load((uint32_t)VG_TARGET_HASH << 16 | nibble << 4, words, 16);
    }
}

ONCE void vaccines_start(void)
{
    memset(&vaccines, 0, sizeof vaccines);
    vaccines.due = NEVER;
    load_secret();
}

/* Read a sector's header; false if what it says is not whole. */
static RARE bool header_at(uint32_t sector, uint32_t header[VG_FLASH_VACCINES_WORDS])
{
    memcpy(header, sector_at(sector), VG_FLASH_VACCINES_BYTES);
    uint32_t count = VG_GET(header, VG_FLASH_VACCINES_COUNT);
    return VG_GET(header, VG_FLASH_VACCINES_MAGIC) == VG_FLASH_VACCINES_MAGIC && count <= VG_BIRTHS &&
           VG_GET(header, VG_FLASH_VACCINES_CHECK) == crc_of(header, CHECK_WORDS) &&
           VG_GET(header, VG_FLASH_VACCINES_CONTENT) ==
               crc_of((const uint32_t *)(const void *)(sector_at(sector) + VG_FLASH_PAGE_BYTES),
                      count * VG_FLASH_VACCINE_WORDS);
}

static void changed(void)
{
    vaccines.dirty = true;
    vaccines.counted = false;
    vaccines.due = earlier(vaccines.due, clock_now() + clock_cycles(VG_BIRTH_KEEP_MS));
}

/* --- what is known of them ----------------------------------------------------------------------------------- */

/* Return whether one is there: in force, or waiting for as long as it lives. */
static bool there(const struct vaccine *vaccine)
{
    return vaccine->lives || (vaccine->waits && clock_seconds() < vaccine->expiry);
}

static struct vaccine *vaccine_of(uint32_t index)
{
    bool births = index >= FIRST && index - FIRST < VG_BIRTHS;
    return births && there(&vaccines.all[index - FIRST]) ? &vaccines.all[index - FIRST] : NULL;
}

/* It is not in force any more; it waits, or has ended. */
static RARE void ended(uint32_t index)
{
    struct vaccine *vaccine = vaccine_of(index);
    if (!vaccine)
        return;
    vaccine->lives = false;
    vaccines.ended += !vaccine->waits;
    log_line("vaccine %u %s%s", (unsigned)index, vaccine->waits ? "waits for its tree" : "ended",
             clock_seconds() >= vaccine->expiry ? ": its life is over" : "");
    changed();
}

static RARE void born(const uint32_t *record, uint32_t index)
{
    uint32_t slot = PART(record[0], VG_RECORD_SLOT), call = PART(record[1], VG_RECORD_ID), page[3];
    uint32_t outcome = PART(record[1], VG_RECORD_SPARE1);
    if (record[0] & BITS(VG_RECORD_FAULT)) {
        log_line("no vaccine of call %u, slot %u: no place", (unsigned)call, (unsigned)slot);
        return;
    }
    struct vaccine *vaccine = &vaccines.all[index - FIRST], *other = vaccines.all;
    if (there(vaccine) && !vaccine->lives) { /* one that waits: there may be another place for it */
        while (other < vaccines.all + VG_BIRTHS - 1 && there(other))
            other++;
        vaccines.ended += there(other);
        if (!there(other))
            *other = *vaccine;
    }
    changed();
    vaccine->expiry = clock_seconds() + VG_VACCINE_TTL_SECONDS;
    if (PART(outcome, VG_OUTCOME_MERGED)) {
        vaccines.merged++;
        log_line("vaccine %u lives on: call %u, slot %u", (unsigned)index, (unsigned)call, (unsigned)slot);
        return;
    }
    board_birth_page(index - FIRST, page);
    vaccine->key[0] = page[0];
    vaccine->key[1] = page[1];
    vaccine->units = (uint16_t)page[2];
    vaccine->bank = (uint8_t)PART(outcome, VG_OUTCOME_BANK);
    vaccine->tree = slot < PROCESSES ? (uint8_t)processes[slot].tree : NO_TREE_KNOWN;
    vaccine->program = slot < PROCESSES ? vaccines.programs[vaccine->tree] : 0;
    vaccine->lives = true;
    vaccine->waits = vaccine->pinned = false;
    vaccines.born++;
    log_line("vaccine %u born: call %u, slot %u, path class %u, units %x%s", (unsigned)index, (unsigned)call,
             (unsigned)slot, (unsigned)VG_GET(vaccine->key, VG_KEY_PATH_CLASS), (unsigned)vaccine->units,
             vaccine->units & VG_BIRTH_TREE_UNIT ? ", for its tree" : "");
}

void vaccines_take(const uint32_t *record)
{
    uint32_t kind = PART(record[0], VG_RECORD_KIND), index = PART(record[1], VG_RECORD_VACCINE);
    if (kind == VG_KIND_VACCINATE && index >= FIRST && PART(PART(record[1], VG_RECORD_SPARE1), VG_OUTCOME_BORN))
        born(record, index);
    else if (kind == VG_KIND_REVOKE && !(record[0] & BITS(VG_RECORD_FAULT)))
        ended(index);
    else
        return;
    kernel_stir();
}

void vaccinate_from(const struct process *process)
{
    if (SCREENED)
        board_birth_order(process_index(process));
    kernel_stir();
}

void vaccines_program(const struct process *process)
{
    uint32_t tag = process->tree;
    for (const char *letter = process->name; *letter; letter++)
        tag = tag * 5 + (uint8_t)*letter;
    board_birth_tag(process_index(process), (tag ^ tag >> 4) % VG_BIRTH_TAGS);
}

bool vaccines_any(void)
{
    for (uint32_t number = 0; number < VG_BIRTHS; number++)
        if (vaccines.all[number].lives)
            return true;
    return false;
}

/* --- events -------------------------------------------------------------------------------------------------- */

/* Have one put in force or revoked; false if that was refused. */
static RARE bool offered(uint32_t kind, uint32_t number, uint32_t record[VG_RECORD_WORDS])
{
    const struct vaccine *vaccine = &vaccines.all[number];
    uint32_t event[VG_EVENT_WORDS] = {0}, banks = 0;
    screen_drain();
    VG_PUT(event, VG_EVENT_KIND, kind);
    VG_PUT(event, VG_EVENT_A0, vaccine->key[0]);
    VG_PUT(event, VG_EVENT_A1, vaccine->key[1]);
    VG_PUT(event, VG_EVENT_A2, (FIRST + number) | (uint32_t)vaccine->bank << 16);
    if (kind == VG_KIND_VACCINATE) {
        banks |= (uint32_t)((vaccine->units & VG_BIRTH_UNITS_5) == VG_BIRTH_UNITS_5) << 5;
        banks |= (uint32_t)((vaccine->units & VG_BIRTH_UNITS_6) == VG_BIRTH_UNITS_6) << 6;
        banks |= (uint32_t)((vaccine->units & VG_BIRTH_UNITS_7) == VG_BIRTH_UNITS_7) << 7;
        VG_PUT(event, VG_EVENT_A3, vaccine->expiry);
        VG_PUT(event, VG_EVENT_A4, vaccine->units);
        VG_PUT(event, VG_EVENT_A5, banks);
    }
    return screen_own(event, VG_EVENT_WORDS, record) && PART(record[0], VG_RECORD_KIND) == kind &&
           !(record[0] & BITS(VG_RECORD_FAULT));
}

static bool revoke(uint32_t number)
{
    uint32_t record[VG_RECORD_WORDS];
    if (vaccines.all[number].lives)
        return offered(VG_KIND_REVOKE, number, record); /* which vaccines_take sees, too */
    vaccines.all[number].waits = false;
    vaccines.ended++;
    changed();
    return true;
}

/* Put one in force that is known here alone; false if there is no place. */
static RARE bool enforce(uint32_t number)
{
    struct vaccine *vaccine = &vaccines.all[number];
    uint32_t record[VG_RECORD_WORDS];
    vaccine->bank = 0;
    if (!offered(VG_KIND_VACCINATE, number, record))
        return false;
    vaccine->bank = (uint8_t)PART(PART(record[1], VG_RECORD_SPARE1), VG_OUTCOME_BANK);
    vaccine->lives = true;
    vaccine->waits = false;
    return true;
}

/* Put what the flash has in force again; of paths that another model has named nothing. */
static RARE void restore(void)
{
    uint32_t header[VG_FLASH_VACCINES_WORDS], newest[VG_FLASH_VACCINES_WORDS] = {0}, count = 0, lost = 0;
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        if (!header_at(sector, header) || (vaccines.number && (int32_t)(VG_GET(header, VG_FLASH_VACCINES_NUMBER) -
                                                                        vaccines.number) <= 0))
            continue;
        memcpy(newest, header, sizeof newest);
        vaccines.number = VG_GET(header, VG_FLASH_VACCINES_NUMBER);
        vaccines.sector = sector;
    }
    vaccines.restored = true;
    uint32_t all = VG_GET(newest, VG_FLASH_VACCINES_COUNT);
    const uint8_t *from = sector_at(vaccines.sector) + VG_FLASH_PAGE_BYTES;
    for (uint32_t place = 0; place < all; place++, from += VG_FLASH_VACCINE_BYTES) {
        uint32_t kept[VG_FLASH_VACCINE_WORDS];
        memcpy(kept, from, sizeof kept);
        struct vaccine *vaccine = &vaccines.all[count];
        if (there(vaccine)) { /* one was born meanwhile */
            count++;
            place--;
            from -= VG_FLASH_VACCINE_BYTES;
            continue;
        }
        uint32_t left = VG_GET(kept, VG_FLASH_VACCINE_LEFT);
        memcpy(vaccine->key, kept, sizeof vaccine->key);
        vaccine->key[1] &= (1u << (VG_FLASH_VACCINE_PINNED_OFFSET - 32)) - 1;
        vaccine->units = (uint16_t)VG_GET(kept, VG_FLASH_VACCINE_UNITS);
        vaccine->program = (uint16_t)VG_GET(kept, VG_FLASH_VACCINE_PROGRAM);
        vaccine->tree = NO_TREE_KNOWN;
        vaccine->pinned = VG_GET(kept, VG_FLASH_VACCINE_PINNED);
        vaccine->expiry = clock_seconds() + (left < VG_VACCINE_TTL_SECONDS ? left : VG_VACCINE_TTL_SECONDS);
        bool other = vaccine->units & NODE_UNIT && VG_GET(newest, VG_FLASH_VACCINES_MODEL) != vaccines.model;
        vaccine->waits = !other && vaccine->units & VG_BIRTH_TREE_UNIT;
        if (other || (!vaccine->waits && !enforce(count)))
            lost++;
        else
            count++;
    }
    if (all)
        log_line("%u vaccines restored, %u not", (unsigned)(all - lost), (unsigned)lost);
    if (all)
        changed();
}

/* Another model names paths by other numbers: what goes by them ends. */
static RARE void forget_nodes(uint32_t model)
{
    vaccines.model = model;
    for (uint32_t number = 0; number < VG_BIRTHS; number++)
        if (there(&vaccines.all[number]) && vaccines.all[number].units & NODE_UNIT)
            revoke(number);
}

void vaccines_begin(const struct process *process)
{
    uint32_t tree = process->tree;
    uint16_t program = 0;
    for (const char *letter = process->name; *letter; letter++)
        program = (uint16_t)(program * 31 + (uint8_t)*letter);
    vaccines.programs[tree] = program;
    for (uint32_t number = 0; number < VG_BIRTHS; number++) {
        struct vaccine *vaccine = &vaccines.all[number];
        if (!there(vaccine) || !(vaccine->units & VG_BIRTH_TREE_UNIT))
            continue;
        if (vaccine->lives && vaccine->program != program && VG_GET(vaccine->key, VG_KEY_TREE) == tree) {
            vaccine->waits = true; /* that tree is gone, and its number another's */
            vaccine->waits = revoke(number);
        } else if (!vaccine->lives && vaccine->program == program) {
            VG_PUT(vaccine->key, VG_KEY_TREE, tree);
            if (enforce(number))
                log_line("vaccine %u binds tree %u", (unsigned)(FIRST + number), (unsigned)tree);
        }
    }
}

/* Make room ahead of need: first of the tree that has most, of those the one that would end first, never one that is
 * pinned; and where nearly all are, the last places are used before the new ones go.  Return whether one was ended. */
static RARE bool evict(void)
{
    uint8_t of_tree[NO_TREE_KNOWN + 1] = {0};
    uint32_t count = 0, loose = 0, chosen = VG_BIRTHS;
    for (uint32_t number = 0; number < VG_BIRTHS; number++) {
        bool may = vaccines.all[number].lives && !vaccines.all[number].pinned;
        count += vaccines.all[number].lives;
        loose += may;
        of_tree[vaccines.all[number].tree] += may;
    }
    if (count + (loose > VG_BIRTH_SPARE ? VG_BIRTH_SPARE : 1) <= VG_BIRTHS)
        return false;
    for (uint32_t number = 0; number < VG_BIRTHS; number++) {
        const struct vaccine *vaccine = &vaccines.all[number], *best = &vaccines.all[chosen % VG_BIRTHS];
        if (!vaccine->lives || vaccine->pinned)
            continue;
        if (chosen == VG_BIRTHS || of_tree[vaccine->tree] > of_tree[best->tree] ||
            (of_tree[vaccine->tree] == of_tree[best->tree] && vaccine->expiry < best->expiry))
            chosen = number;
    }
    if (chosen == VG_BIRTHS)
        return false;
    log_line("vaccine %u makes room", (unsigned)(FIRST + chosen));
    return revoke(chosen);
}

/* --- the flash ----------------------------------------------------------------------------------------------- */

/* Put the vaccines of a page, from the `first` of those that are there on, into it; return how many. */
static RARE uint32_t gather(uint32_t first, uint32_t *page)
{
    uint32_t seen = 0, count = 0;
    for (uint32_t number = 0; number < VG_BIRTHS && count < A_PAGE; number++) {
        const struct vaccine *vaccine = &vaccines.all[number];
        if (!there(vaccine) || seen++ < first)
            continue;
        uint32_t *kept = page + count++ * VG_FLASH_VACCINE_WORDS, now = clock_seconds();
        memset(kept, 0, VG_FLASH_VACCINE_BYTES);
        memcpy(kept, vaccine->key, sizeof vaccine->key);
        VG_PUT(kept, VG_FLASH_VACCINE_PINNED, vaccine->pinned);
        VG_PUT(kept, VG_FLASH_VACCINE_LEFT, vaccine->expiry > now ? vaccine->expiry - now : 0);
        VG_PUT(kept, VG_FLASH_VACCINE_UNITS, vaccine->units);
        VG_PUT(kept, VG_FLASH_VACCINE_PROGRAM, vaccine->program);
    }
    return count;
}

/* Go on with writing them; false: there is nothing to be done now. */
static RARE bool keep(void)
{
    uint32_t page[VG_FLASH_PAGE_BYTES / 4], header[VG_FLASH_VACCINES_WORDS] = {0};
    uint32_t sector = (vaccines.sector + 1) % SECTORS;
    uint32_t base = VG_FLASH_VACCINES_BASE + sector * VG_FLASH_SECTOR_BYTES;
    if (!flash_ready())
        return false;
    switch (vaccines.writing) {
    case WRITING_NOT:
        vaccines.due = NEVER;
        vaccines.dirty = false;
        flash_erase(base);
        vaccines.writing = WRITING_ERASED;
        vaccines.count = 0;
        vaccines.page = 1;
        break;
    case WRITING_ERASED: /* what changes from here on makes it begin anew */
    case WRITING_PAGES:
        if (vaccines.dirty) {
            vaccines.writing = WRITING_NOT;
            break;
        }
        vaccines.writing = WRITING_PAGES;
        uint32_t count = gather(vaccines.count, page);
        if (count)
            flash_program(base + vaccines.page++ * VG_FLASH_PAGE_BYTES, page, count * VG_FLASH_VACCINE_BYTES);
        vaccines.count += count;
        if (count < A_PAGE)
            vaccines.writing = WRITING_HEADER;
        break;
    case WRITING_HEADER:
        vaccines.writing = WRITING_NOT;
        if (vaccines.dirty)
            break;
        VG_PUT(header, VG_FLASH_VACCINES_MAGIC, VG_FLASH_VACCINES_MAGIC);
        VG_PUT(header, VG_FLASH_VACCINES_NUMBER, ++vaccines.number);
        VG_PUT(header, VG_FLASH_VACCINES_COUNT, vaccines.count);
        VG_PUT(header, VG_FLASH_VACCINES_MODEL, vaccines.model);
        VG_PUT(header, VG_FLASH_VACCINES_CONTENT,
               crc_of((const uint32_t *)(const void *)(sector_at(sector) + VG_FLASH_PAGE_BYTES),
                      vaccines.count * VG_FLASH_VACCINE_WORDS));
        VG_PUT(header, VG_FLASH_VACCINES_CHECK, crc_of(header, CHECK_WORDS));
        flash_program(base, header, sizeof header);
        vaccines.sector = sector;
        if (vaccines.count)
            vaccines.due = clock_now() + (uint64_t)VG_BIRTH_KEEP_SECONDS * board_clock();
        break;
    }
    return true;
}

bool vaccines_kept(void)
{
    if (vaccines.dirty && vaccines.writing == WRITING_NOT)
        vaccines.due = 0;
    return !vaccines.dirty && vaccines.writing == WRITING_NOT;
}

/* --- the security task --------------------------------------------------------------------------------------- */

bool vaccines_ready(void)
{
    return vaccines.restored || !SCREENED;
}

bool vaccines_step(void)
{
    uint64_t now = clock_now();
    bool news = !vaccines.restored || !vaccines.counted || vaccines.writing != WRITING_NOT;
    if (!SCREENED || (!news && now < vaccines.look && now < vaccines.due))
        return false;
    vaccines.look = now + clock_cycles(LOOK_MS);
    uint32_t model = model_number();
    if (!model || !screen_settled())
        return false;
    if (!vaccines.restored) {
        if (!flash_ready())
            return false;
        vaccines.model = model;
        restore();
        return true;
    }
    if (model != vaccines.model)
        forget_nodes(model);
    uint32_t refused = board_births_refused();
    if (refused != vaccines.refused)
        log_line("%u vaccines refused", (unsigned)(refused - vaccines.refused));
    vaccines.refused = refused;
    if (!vaccines.counted && evict())
        return true;
    vaccines.counted = true;
    return (vaccines.writing != WRITING_NOT || clock_now() >= vaccines.due) && keep();
}

uint64_t vaccines_alarm(void)
{
    if (vaccines.writing != WRITING_NOT)
        return NEVER; /* the flash has its own */
    return vaccines.due > clock_now() ? vaccines.due : clock_soon();
}

/* --- the operator -------------------------------------------------------------------------------------------- */

enum outcome vaccines_list(const struct frame *frame)
{
    (void)frame;
    uint32_t count = 0;
    uint32_t *payload = send_open(VG_FRAME_TYPE_VACCINE_ENTRIES,
                                  VG_FRAME_VACCINE_ENTRIES_BYTES + VG_BIRTHS * VG_VACCINE_ENTRY_BYTES);
    if (!payload)
        return OUTCOME_WAIT;
    for (uint32_t number = 0; number < VG_BIRTHS; number++) {
        const struct vaccine *vaccine = &vaccines.all[number];
        if (!there(vaccine))
            continue;
        uint32_t *told = payload + VG_FRAME_VACCINE_ENTRIES_WORDS + VG_VACCINE_ENTRY_WORDS * count++;
        memset(told, 0, VG_VACCINE_ENTRY_BYTES);
        memcpy(told, vaccine->key, sizeof vaccine->key);
        VG_PUT(told, VG_VACCINE_ENTRY_PINNED, vaccine->pinned);
        VG_PUT(told, VG_VACCINE_ENTRY_WAITS, vaccine->waits);
        VG_PUT(told, VG_VACCINE_ENTRY_INDEX, FIRST + number);
        VG_PUT(told, VG_VACCINE_ENTRY_UNITS, vaccine->units);
        VG_PUT(told, VG_VACCINE_ENTRY_BANK, vaccine->bank);
        VG_PUT(told, VG_VACCINE_ENTRY_TREE, vaccine->tree);
        VG_PUT(told, VG_VACCINE_ENTRY_LEFT, vaccine->expiry > clock_seconds() ? vaccine->expiry - clock_seconds() : 0);
        VG_PUT(told, VG_VACCINE_ENTRY_HITS, board_vaccine_hits(FIRST + number));
    }
    payload[0] = AS(VG_FRAME_VACCINE_ENTRIES_COUNT, count);
    payload[WORD(VG_FRAME_VACCINE_ENTRIES_BORN)] = vaccines.born;
    payload[WORD(VG_FRAME_VACCINE_ENTRIES_MERGED)] = vaccines.merged;
    payload[WORD(VG_FRAME_VACCINE_ENTRIES_REFUSED)] = board_births_refused();
    payload[WORD(VG_FRAME_VACCINE_ENTRIES_ENDED)] = vaccines.ended;
    send_close(VG_FRAME_VACCINE_ENTRIES_BYTES + count * VG_VACCINE_ENTRY_BYTES);
    return OUTCOME_DONE;
}

enum outcome vaccines_order(const struct frame *frame)
{
    uint32_t index = VG_GET(frame->payload, VG_FRAME_VACCINE_ORDER_INDEX);
    uint32_t order = VG_GET(frame->payload, VG_FRAME_VACCINE_ORDER_ORDER);
    struct vaccine *vaccine = vaccine_of(index);
    if (order > VG_VACCINE_ORDER_REVOKE)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "there is no such order");
    if (!vaccine)
        return operator_answer(-ENOENT);
    if (order == VG_VACCINE_ORDER_REVOKE)
        return operator_answer(revoke(index - FIRST) ? 0 : -EAGAIN);
    vaccine->pinned = order == VG_VACCINE_ORDER_PIN;
    changed();
    return operator_answer(0);
}
