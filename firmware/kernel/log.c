/* The log: lines of text, in memory first, then in a ring of flash sectors.
 *
 * A place is a byte's number since the flash was blank.  The flash has bytes begin..kept, memory has kept..end.  A
 * sector begins with its header, text follows up to the first erased byte; the sector behind the one in use is
 * erased ahead, but not at boot, when others wait for the flash.  At boot the sector with the greatest place is the newest; it goes on where its text ends, unless
 * something stands behind that, left by a write that was cut short. */
#include <stdarg.h>

#include "kernel.h"

#define SECTORS (VG_FLASH_LOG_SIZE / VG_FLASH_SECTOR_BYTES)
#define TEXT_BYTES (VG_FLASH_SECTOR_BYTES - VG_FLASH_LOG_SECTOR_BYTES)
#define MEMORY_BYTES 4096 /* a power of two */
#define LINE_BYTES 120
#define AGE_MS 1000 /* a line is in flash after about that long */
#define PIECE_BYTES 1024
#define ERASED 0xFF
#define ERASED_WORD 0xFFFFFFFFu
_Static_assert(TEXT_BYTES % 4 == 0 && VG_FLASH_LOG_SECTOR_BYTES % 4 == 0, "a sector's text ends at a word");

static struct {
    uint32_t begin, kept, end;   /* places */
    uint32_t sector, sector_begin; /* the sector in use, and the place of its first byte of text */
    bool in_use;                 /* there is one */
    bool erased;                 /* the sector behind it is */
    bool written;                /* since reset */
    uint32_t places[SECTORS];    /* of each sector that holds text still kept */
    uint32_t held;               /* how many do, up to the one in use */
    bool hurry;
    uint64_t flush_at;
    uint32_t programming;        /* bytes on their way into the flash */
    uint32_t shed;
} log;

static NOT_CLEARED uint8_t memory[MEMORY_BYTES];

static uint32_t address_of(uint32_t sector)
{
    return VG_FLASH_LOG_BASE + sector * VG_FLASH_SECTOR_BYTES;
}

/* --- boot ---------------------------------------------------------------------------------------------------- */

/* Read a sector's place; false if it has no whole header. */
static bool header_at(uint32_t sector, uint32_t *place)
{
    uint32_t header[VG_FLASH_LOG_SECTOR_WORDS];
    memcpy(header, flash_at(address_of(sector)), sizeof header);
    *place = VG_GET(header, VG_FLASH_LOG_SECTOR_PLACE);
    return VG_GET(header, VG_FLASH_LOG_SECTOR_MAGIC) == VG_FLASH_LOG_MAGIC &&
           VG_GET(header, VG_FLASH_LOG_SECTOR_CHECK) == crc_of(header, VG_FLASH_LOG_SECTOR_WORDS - 1);
}

/* The last byte before a power cut may be neither text nor erased. */
static bool is_text(uint8_t byte)
{
    return byte == '\n' || (byte >= ' ' && byte <= '~');
}

/* Return how many bytes of text a sector has; `*whole`: nothing stands behind them. */
static uint32_t text_in(uint32_t sector, bool *whole)
{
    const uint8_t *text = flash_at(address_of(sector)) + VG_FLASH_LOG_SECTOR_BYTES;
    uint32_t length = 0;
    while (length < TEXT_BYTES && is_text(text[length]))
        length++;
    uint32_t last = TEXT_BYTES;
    while (last - length >= 4 && *(const uint32_t *)(const void *)(text + last - 4) == ERASED_WORD)
        last -= 4;
    while (last > length && text[last - 1] == ERASED)
        last--;
    *whole = last == length;
    return length;
}

/* Add bytes, if there is room for all of them. */
static void append(const uint8_t *bytes, uint32_t count)
{
    if (count > MEMORY_BYTES - (log.end - log.kept)) {
        log.shed += count;
        return;
    }
    for (uint32_t byte = 0; byte < count; byte++)
        memory[(log.end + byte) % MEMORY_BYTES] = bytes[byte];
    log.end += count;
    log.flush_at = earlier(log.flush_at, clock_now() + clock_cycles(AGE_MS));
}

ONCE void log_start(void)
{
    memset(&log, 0, sizeof log);
    log.flush_at = NEVER;
    bool found = false, whole = false;
    for (uint32_t sector = 0; sector < SECTORS; sector++) {
        uint32_t place;
        if (header_at(sector, &place) && (!found || (int32_t)(place - log.places[log.sector]) > 0)) {
            found = true;
            log.sector = sector;
            log.places[sector] = place;
        }
    }
    log.sector = found ? log.sector : SECTORS - 1;
    if (!found)
        return;
    /* A sector whose text was cut short at once is followed by one with the same place. */
    uint32_t sector = log.sector, place;
    for (uint32_t left = SECTORS; left; left--) {
        uint32_t next = (sector + 1) % SECTORS;
        if (!header_at(next, &place) || place != log.places[sector])
            break;
        sector = next;
        log.places[sector] = place;
    }
    log.sector = sector;
    log.sector_begin = log.begin = log.places[sector];
    log.kept = log.end = log.sector_begin + text_in(log.sector, &whole);
    log.in_use = whole;
    log.held = 1;
    while (log.held < SECTORS - 1) {
        sector = (sector + SECTORS - 1) % SECTORS;
        if (!header_at(sector, &place) || log.begin - place > TEXT_BYTES)
            break;
        log.places[sector] = log.begin = place;
        log.held++;
    }
    const uint8_t *text = flash_at(address_of(log.sector)) + VG_FLASH_LOG_SECTOR_BYTES;
    if (log.kept != log.sector_begin && text[log.kept - log.sector_begin - 1] != '\n') {
        append((const uint8_t *)"\n", 1);
        log_line("the line before is cut short");
    }
}

/* --- lines --------------------------------------------------------------------------------------------------- */

struct text {
    uint32_t length;
    uint8_t bytes[LINE_BYTES];
};

static void put(struct text *text, uint8_t byte)
{
    if (text->length < LINE_BYTES - 1) /* the last one is for the line's end */
        text->bytes[text->length++] = is_text(byte) && byte != '\n' ? byte : '?';
}

static void put_number(struct text *text, uint32_t value, uint32_t base, uint32_t least)
{
    uint8_t digits[10];
    uint32_t count = 0;
    do {
        digits[count++] = (uint8_t)"0123456789abcdef"[value % base];
        value /= base;
    } while (value || count < least);
    while (count)
        put(text, digits[--count]);
}

static void put_text(struct text *text, const char *format, va_list arguments)
{
    for (; *format; format++) {
        if (*format != '%') {
            put(text, (uint8_t)*format);
            continue;
        }
        switch (*++format) {
        case 's':
            for (const char *s = va_arg(arguments, const char *); *s; s++)
                put(text, (uint8_t)*s);
            break;
        case 'u':
            put_number(text, va_arg(arguments, unsigned), 10, 1);
            break;
        case 'x':
            put_number(text, va_arg(arguments, unsigned), 16, 1);
            break;
        default:
            return;
        }
    }
}

void log_line(const char *format, ...)
{
    kernel_stir();
    struct text text = {.length = 0};
    va_list arguments;
    put_number(&text, clock_seconds(), 10, 1);
    put(&text, '.');
    put_number(&text, clock_milliseconds(), 10, 3);
    put(&text, ' ');
    va_start(arguments, format);
    put_text(&text, format, arguments);
    va_end(arguments);
    text.bytes[text.length++] = '\n';
    append(text.bytes, text.length);
}

/* --- into the flash ------------------------------------------------------------------------------------------ */

/* Take the next sector, which is erased, into use. */
static void open_sector(void)
{
    uint32_t header[VG_FLASH_LOG_SECTOR_WORDS] = {0};
    VG_PUT(header, VG_FLASH_LOG_SECTOR_MAGIC, VG_FLASH_LOG_MAGIC);
    VG_PUT(header, VG_FLASH_LOG_SECTOR_PLACE, log.kept);
    VG_PUT(header, VG_FLASH_LOG_SECTOR_CHECK, crc_of(header, VG_FLASH_LOG_SECTOR_WORDS - 1));
    log.sector = (log.sector + 1) % SECTORS;
    log.sector_begin = log.places[log.sector] = log.kept;
    log.held++;
    if (log.held == 1)
        log.begin = log.kept;
    log.in_use = true;
    log.erased = false;
    flash_program(address_of(log.sector), header, sizeof header);
}

/* Erase the sector behind the one in use; what it held is no longer kept. */
static void erase_next(void)
{
    uint32_t next = (log.sector + 1) % SECTORS;
    if (log.held == SECTORS) {
        log.held--;
        log.begin = log.places[(next + 1) % SECTORS];
    }
    flash_erase(address_of(next));
    log.erased = true;
}

static void program_page(void)
{
    uint8_t page[VG_FLASH_PAGE_BYTES];
    uint32_t offset = VG_FLASH_LOG_SECTOR_BYTES + log.kept - log.sector_begin;
    uint32_t count = VG_FLASH_PAGE_BYTES - offset % VG_FLASH_PAGE_BYTES;
    if (count > log.end - log.kept)
        count = log.end - log.kept;
    for (uint32_t byte = 0; byte < count; byte++)
        page[byte] = memory[(log.kept + byte) % MEMORY_BYTES];
    flash_program(address_of(log.sector) + offset, page, count);
    log.programming = count;
    log.written = true;
}

bool log_step(void)
{
    if (!flash_ready())
        return false;
    log.kept += log.programming;
    log.programming = 0;
    if (log.kept == log.end) {
        log.hurry = false;
        log.flush_at = NEVER;
    }
    bool full = !log.in_use || log.kept - log.sector_begin == TEXT_BYTES;
    bool due = log.end != log.kept &&
               (log.hurry || log.end - log.kept >= VG_FLASH_PAGE_BYTES || clock_now() >= log.flush_at);
    if (!log.erased && (log.written || (due && full)))
        erase_next();
    else if (due && full)
        open_sector();
    else if (due)
        program_page();
    else
        return false;
    return true;
}

bool log_kept(void)
{
    log.hurry = log.end != log.kept;
    return !log.hurry;
}

uint64_t log_alarm(void)
{
    return flash_ready() ? log.flush_at : NEVER; /* while it is not, flash_alarm tells */
}

/* --- for the host -------------------------------------------------------------------------------------------- */

/* Copy text of one sector from `place` on; return how many bytes. */
static uint32_t copy_kept(uint32_t place, uint8_t *into)
{
    uint32_t sector = log.sector, end = log.kept;
    for (uint32_t held = log.held; held > 1 && (int32_t)(place - log.places[sector]) < 0; held--) {
        end = log.places[sector];
        sector = (sector + SECTORS - 1) % SECTORS;
    }
    uint32_t offset = place - log.places[sector], count = end - place < PIECE_BYTES ? end - place : PIECE_BYTES;
    if (offset >= TEXT_BYTES || count > TEXT_BYTES - offset)
        return 0;
    memcpy(into, flash_at(address_of(sector)) + VG_FLASH_LOG_SECTOR_BYTES + offset, count);
    return count;
}

enum outcome log_read(const struct frame *frame)
{
    if (!flash_ready())
        return OUTCOME_WAIT;
    log.kept += log.programming;
    log.programming = 0;
    uint32_t *payload = send_open(VG_FRAME_TYPE_LOG, VG_FRAME_LOG_BYTES + PIECE_BYTES);
    if (!payload)
        return OUTCOME_WAIT;
    uint32_t place = VG_GET(frame->payload, VG_FRAME_LOG_READ_PLACE), count = 0;
    uint8_t *into = (uint8_t *)(payload + VG_FRAME_LOG_WORDS);
    if (place - log.begin > log.end - log.begin)
        place = (int32_t)(place - log.begin) < 0 ? log.begin : log.end;
    if (place - log.begin < log.kept - log.begin)
        count = copy_kept(place, into);
    else
        for (; count < PIECE_BYTES && place + count != log.end; count++)
            into[count] = memory[(place + count) % MEMORY_BYTES];
    VG_PUT(payload, VG_FRAME_LOG_PLACE, place);
    VG_PUT(payload, VG_FRAME_LOG_END, log.end);
    send_close(VG_FRAME_LOG_BYTES + count);
    return OUTCOME_DONE;
}

void log_report(uint32_t *status)
{
    VG_PUT(status, VG_FRAME_STATUS_SHED_LOG, log.shed);
    VG_PUT(status, VG_FRAME_STATUS_LOG_BEGIN, log.begin);
    VG_PUT(status, VG_FRAME_STATUS_LOG_END, log.end);
}
