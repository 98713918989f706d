/* hardware.h on the board: the registers themselves. */
#include "hardware.h"

#include "trap.h"

#define AT(ADDRESS) ((volatile uint32_t *)(uintptr_t)(ADDRESS))
#define POLLS 4000 /* of a pipeline that has something to say within a few hundred cycles */
#define MIE_TIMER (1u << 7)
#define MIE_EXTERNAL (1u << 11)

extern struct trap_record trap_record;
_Static_assert(VG_COPROCESSOR_TAMPERING_COUNT == VG_FRAME_TAMPER_WORDS, "the same words");

/* --- this board ---------------------------------------------------------------------------------------------- */

uint32_t board_clock(void)
{
    return VG_REG(VG_SYSTEM_CLOCK);
}

uint32_t board_features(void)
{
    return VG_REG(VG_SYSTEM_FEATURES);
}

uint32_t board_build(void)
{
    return VG_REG(VG_SYSTEM_BUILD);
}

uint32_t board_line_divider(void)
{
    return VG_REG(VG_SYSTEM_LINE_DIVIDER);
}

bool board_trap(uint32_t why[3])
{
    if (trap_record.magic != TRAP_MAGIC)
        return false;
    why[0] = trap_record.cause;
    why[1] = trap_record.address;
    why[2] = trap_record.value;
    trap_record.magic = 0;
    return true;
}

bool board_tampering(uint32_t record[VG_FRAME_TAMPER_WORDS])
{
    for (uint32_t word = 0; word < VG_FRAME_TAMPER_WORDS; word++)
        record[word] = AT(VG_COPROCESSOR_TAMPERING)[word];
    return VG_GET(record, VG_FRAME_TAMPER_UNDISPATCHED) || VG_GET(record, VG_FRAME_TAMPER_STRAYED) ||
           VG_GET(record, VG_FRAME_TAMPER_LOCKED);
}

void board_reset(void)
{
    for (;;)
        VG_REG(VG_SYSTEM_RESET) = VG_RESET_KEY;
}

/* --- time ---------------------------------------------------------------------------------------------------- */

uint64_t board_now(void)
{
    uint32_t low = VG_REG(VG_TIMER_NOW_LOW);
    return (uint64_t)VG_REG(VG_TIMER_NOW_HIGH) << 32 | low;
}

uint32_t board_cycles(void)
{
    uint32_t cycles;
    __asm__ volatile("csrr %0, mcycle" : "=r"(cycles));
    return cycles;
}

void board_interrupt(uint64_t alarm, bool frames)
{
    VG_REG(VG_TIMER_ALARM_HIGH) = UINT32_MAX;
    VG_REG(VG_TIMER_ALARM_LOW) = (uint32_t)alarm;
    VG_REG(VG_TIMER_ALARM_HIGH) = (uint32_t)(alarm >> 32);
    VG_REG(VG_IRQ_ENABLE) =
        VG_VALUE(VG_IRQ_ENABLE_LINK_RECEIVED, frames) | VG_VALUE(VG_IRQ_ENABLE_RECORDS_HALF, 1) |
        VG_VALUE(VG_IRQ_ENABLE_CELL, VG_FIELD(VG_REG(VG_CELL_STATUS), VG_CELL_STATUS_STATE) != VG_CELL_STATE_STOPPED);
    __asm__ volatile("csrs mie, %0" : : "r"(MIE_TIMER | MIE_EXTERNAL) : "memory");
}

bool board_interrupted(void)
{
    uint32_t pending;
    __asm__ volatile("csrr %0, mip" : "=r"(pending));
    return pending & (MIE_TIMER | MIE_EXTERNAL);
}

/* Interrupts are off in the kernel: one that waits ends the sleep without being taken. */
void board_sleep(uint64_t alarm, bool frames)
{
    board_interrupt(alarm, frames);
    __asm__ volatile("wfi" : : : "memory");
}

/* --- the cell ------------------------------------------------------------------------------------------------ */

uint32_t board_cell_read(uint32_t address)
{
    return VG_REG(address);
}

void board_cell_write(uint32_t address, uint32_t value)
{
    VG_REG(address) = value;
}

uint8_t *board_cell_memory(void)
{
    return (uint8_t *)(uintptr_t)VG_CELL_RAM_BASE;
}

/* --- the link ------------------------------------------------------------------------------------------------ */

uint32_t board_link_received(void)
{
    uint32_t place = VG_REG(VG_LINK_RECEIVED);
    __asm__ volatile("" : : : "memory"); /* what is read from the ring is read after this */
    return place;
}

void board_link_release(uint32_t place)
{
    __asm__ volatile("" : : : "memory");
    VG_REG(VG_LINK_RELEASED) = place;
}

const uint32_t *board_receive_ring(void)
{
    return (const uint32_t *)(uintptr_t)VG_LINK_RECEIVE_BASE;
}

uint32_t *board_send_ring(void)
{
    return (uint32_t *)(uintptr_t)VG_LINK_SEND_BASE;
}

void board_link_send(uint32_t place, uint32_t bytes)
{
    __asm__ volatile("" : : : "memory");
    VG_REG(VG_LINK_SEND) = VG_VALUE(VG_LINK_SEND_PLACE, place) | VG_VALUE(VG_LINK_SEND_LENGTH, bytes);
}

uint32_t board_link_room(void)
{
    return VG_FIELD(VG_REG(VG_LINK_STATUS), VG_LINK_STATUS_ROOM);
}

uint32_t board_link_sent(void)
{
    return VG_FIELD(VG_REG(VG_LINK_STATUS), VG_LINK_STATUS_SENT);
}

bool board_link_idle(void)
{
    return VG_FIELD(VG_REG(VG_LINK_STATUS), VG_LINK_STATUS_IDLE);
}

uint32_t board_link_damaged(void)
{
    return VG_REG(VG_LINK_DAMAGED);
}

uint32_t board_link_dropped(void)
{
    return VG_REG(VG_LINK_DROPPED);
}

void board_line_zeros(uint32_t count)
{
    VG_REG(VG_UART_CONTROL) = VG_UART_CONTROL_RAW_MASK;
    for (; count; count--)
        VG_REG(VG_UART_SEND) = 0;
    while (!VG_FIELD(VG_REG(VG_UART_STATUS), VG_UART_STATUS_IDLE))
        ;
    VG_REG(VG_UART_CONTROL) = 0;
}

/* --- the pipeline -------------------------------------------------------------------------------------------- */

uint32_t board_pipeline_status(void)
{
    return VG_REG(VG_COPROCESSOR_STATUS);
}

uint32_t board_pipeline_locks(void)
{
    return VG_REG(VG_COPROCESSOR_LOCK);
}

uint32_t board_pipeline_shed(void)
{
    return VG_REG(VG_COPROCESSOR_SHED);
}

/* Wait for a bit of the pipeline's status; false if it does not come. */
static inline bool awaited(uint32_t bit)
{
    for (uint32_t polls = POLLS; polls; polls--)
        if (VG_REG(VG_COPROCESSOR_STATUS) & bit)
            return true;
    return false;
}

static inline void read_record(uint32_t record[VG_RECORD_WORDS])
{
    volatile uint32_t *port = AT(VG_COPROCESSOR_RECORD);
    _Static_assert(VG_COPROCESSOR_RECORD_COUNT == 6, "the words are read one by one");
    record[0] = port[0];
    record[1] = port[1];
    record[2] = port[2];
    record[3] = port[3];
    record[4] = port[4];
    record[5] = port[5];
}

static bool take_record(uint32_t record[VG_RECORD_WORDS])
{
    if (!awaited(VG_COPROCESSOR_STATUS_RECORD_VALID_MASK))
        return false;
    read_record(record);
    return true;
}

bool board_waiting(uint32_t record[VG_RECORD_WORDS])
{
    if (!(VG_REG(VG_COPROCESSOR_STATUS) & VG_COPROCESSOR_STATUS_RECORD_VALID_MASK))
        return false;
    read_record(record);
    return true;
}

enum answer board_screen(const uint32_t *event, uint32_t words, uint32_t record[VG_RECORD_WORDS])
{
    volatile uint32_t *port = AT(VG_COPROCESSOR_EVENT);
    _Static_assert(VG_COPROCESSOR_EVENT_COUNT == 8, "the words are written one by one");
    port[0] = event[0];
    port[1] = event[1];
    port[2] = event[2];
    port[3] = event[3];
    port[4] = event[4];
    port[5] = event[5];
    port[6] = event[6];
    if (!awaited(VG_COPROCESSOR_STATUS_EVENT_READY_MASK))
        return ANSWER_FULL;
    port[7] = event[7];
    for (event += VG_EVENT_WORDS; words; words--)
        VG_REG(VG_COPROCESSOR_PATH) = *event++;
    return take_record(record) ? ANSWER_RECORD : ANSWER_NONE;
}

bool board_follow(uint32_t head, uint32_t generation, uint32_t a0, uint32_t a1)
{
    volatile uint32_t *port = AT(VG_COPROCESSOR_EVENT);
    _Static_assert(VG_EVENT_GENERATION_OFFSET == 32 && VG_EVENT_A0_OFFSET == 64 && VG_EVENT_A1_OFFSET == 96, "");
    port[0] = head;
    port[1] = generation;
    port[2] = a0;
    port[3] = a1;
    port[4] = 0;
    port[5] = 0;
    port[6] = 0;
    if (!awaited(VG_COPROCESSOR_STATUS_EVENT_READY_MASK))
        return false;
    port[7] = 0;
    return true;
}

bool board_record(uint32_t record[VG_RECORD_WORDS])
{
    return take_record(record);
}

void board_counting(bool on)
{
    VG_REG(VG_COPROCESSOR_COUNTING) = on;
}

uint32_t board_counted(void)
{
    return VG_REG(VG_COPROCESSOR_COUNTED);
}

void board_counted_span(uint32_t *from, uint32_t *to)
{
    *from = VG_REG(VG_COPROCESSOR_COUNTED_FROM);
    *to = VG_REG(VG_COPROCESSOR_COUNTED_TO);
}

uint32_t board_counts(uint32_t *into, uint32_t entries)
{
    volatile uint32_t *port = AT(VG_COPROCESSOR_COUNT);
    uint32_t calls = 0;
    for (; entries; entries--) {
        uint32_t key = port[0];
        calls += key >> VG_AGGREGATE_ENTRY_COUNT_OFFSET;
        *into++ = key;
        *into++ = port[1];
    }
    return calls;
}

void board_score(uint32_t slot, uint32_t score[VG_SCORE_WORDS])
{
    VG_REG(VG_COPROCESSOR_SCORE_SLOT) = slot;
    for (uint32_t word = 0; word < VG_SCORE_WORDS; word++)
        score[word] = AT(VG_COPROCESSOR_SCORE)[word];
}

bool board_state(uint32_t state[VG_STATE_WORDS])
{
    if (!awaited(VG_COPROCESSOR_STATUS_STATE_VALID_MASK))
        return false;
    for (uint32_t word = 0; word < VG_STATE_WORDS; word++)
        state[word] = AT(VG_COPROCESSOR_STATE)[word];
    return true;
}

void board_load(uint32_t address, const uint32_t *words, uint32_t count)
{
    VG_REG(VG_COPROCESSOR_LOAD_ADDRESS) = address;
    for (; count; count--)
        VG_REG(VG_COPROCESSOR_LOAD_DATA) = *words++;
    while (VG_REG(VG_COPROCESSOR_STATUS) & VG_COPROCESSOR_STATUS_LOAD_BUSY_MASK)
        ;
}

void board_load_bytes(uint32_t address, const uint8_t *bytes, uint32_t count)
{
    VG_REG(VG_COPROCESSOR_LOAD_ADDRESS) = address;
    for (; count; count--)
        VG_REG(VG_COPROCESSOR_LOAD_DATA) = *bytes++;
    while (VG_REG(VG_COPROCESSOR_STATUS) & VG_COPROCESSOR_STATUS_LOAD_BUSY_MASK)
        ;
}

void board_load_read(uint32_t address, uint8_t *bytes, uint32_t count)
{
    VG_REG(VG_COPROCESSOR_LOAD_ADDRESS) = address;
    for (; count; count--)
        *bytes++ = (uint8_t)VG_FIELD(VG_REG(VG_COPROCESSOR_LOAD_READ), VG_COPROCESSOR_LOAD_READ_BYTE);
}

void board_birth_order(uint32_t slot)
{
    VG_REG(VG_COPROCESSOR_BIRTH_ORDER) = slot;
}

void board_birth_tag(uint32_t slot, uint32_t tag)
{
    VG_REG(VG_COPROCESSOR_BIRTH_TAG) =
        VG_VALUE(VG_COPROCESSOR_BIRTH_TAG_SLOT, slot) | VG_VALUE(VG_COPROCESSOR_BIRTH_TAG_TAG, tag);
}

void board_birth_page(uint32_t number, uint32_t page[3])
{
    VG_REG(VG_COPROCESSOR_BIRTH) = number;
    for (uint32_t word = 0; word < VG_COPROCESSOR_BIRTH_PAGE_COUNT; word++)
        page[word] = AT(VG_COPROCESSOR_BIRTH_PAGE)[word];
}

uint32_t board_births_refused(void)
{
    return VG_REG(VG_COPROCESSOR_BIRTHS_REFUSED);
}

uint32_t board_vaccine_hits(uint32_t index)
{
    VG_REG(VG_COPROCESSOR_VACCINE) = index;
    return VG_REG(VG_COPROCESSOR_VACCINE_HITS);
}

/* --- SHA-256 and flash --------------------------------------------------------------------------------------- */

void board_sha256_block(bool first, const uint32_t block[VG_SHA256_BLOCK_COUNT])
{
    for (uint32_t word = 0; word < VG_SHA256_BLOCK_COUNT; word++)
        AT(VG_SHA256_BLOCK)[word] = block[word];
    VG_REG(VG_SHA256_CONTROL) = VG_VALUE(VG_SHA256_CONTROL_FIRST, first) | VG_SHA256_CONTROL_GO_MASK;
    while (VG_FIELD(VG_REG(VG_SHA256_STATUS), VG_SHA256_STATUS_BUSY))
        ;
}

void board_sha256_state(uint32_t state[VG_SHA256_DIGEST_COUNT])
{
    for (uint32_t word = 0; word < VG_SHA256_DIGEST_COUNT; word++)
        state[word] = AT(VG_SHA256_DIGEST)[word];
}

static uint8_t flash_byte(uint8_t byte)
{
    VG_REG(VG_FLASH_SEND) = byte;
    while (VG_FIELD(VG_REG(VG_FLASH_STATUS), VG_FLASH_STATUS_BUSY))
        ;
    return (uint8_t)VG_FIELD(VG_REG(VG_FLASH_RECEIVED), VG_FLASH_RECEIVED_BYTE);
}

void board_flash_command(const uint8_t *send, uint32_t sent, const uint8_t *data, uint32_t count, uint8_t *receive,
                         uint32_t received)
{
    uint32_t pace = VG_REG(VG_FLASH_CONTROL) & VG_FLASH_CONTROL_DIVIDER_MASK;
    VG_REG(VG_FLASH_CONTROL) = pace | VG_FLASH_CONTROL_SELECT_MASK;
    while (sent--)
        flash_byte(*send++);
    while (count--)
        flash_byte(*data++);
    while (received--)
        *receive++ = flash_byte(0);
    VG_REG(VG_FLASH_CONTROL) = pace;
    VG_REG(VG_FLASH_CONTROL) = pace | VG_FLASH_CONTROL_WINDOW_MASK;
}

const uint8_t *board_flash_window(uint32_t address)
{
    return (const uint8_t *)(uintptr_t)(VG_FLASH_WINDOW_BASE + address);
}
