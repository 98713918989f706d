/* Loads policy and model, then is the kernel of two made-up processes: an honest one, and one that reaches into
 * another process's memory until it is told to stop. */
#include "model.h"
#include "policy.h"
#include "vigilante.h"

enum channel { RECORD = 0, RESULT = 1, END = 2 };
enum { HONEST = 1, ATTACKER = 2, LIFE = 1, PROFILE = 0 };

void open(void);
void allowed(void);
void denied(void);

static void report(enum channel channel, uint32_t word)
{
    VG_REG(0x10000000 + 4 * channel) = word;
}

/* Write `count` words to the load port, from `offset` of `target` on. */
static void load(enum vg_target target, uint32_t offset, const uint32_t *words, unsigned count)
{
    VG_REG(VG_COPROCESSOR_LOAD_ADDRESS) = (uint32_t)target << 16 | offset;
    for (unsigned i = 0; i < count; i++)
        VG_REG(VG_COPROCESSOR_LOAD_DATA) = words[i];
}

static void load_all(void)
{
    const uint32_t enforce = VG_POLICY_ENFORCE, ready = 1 << 0;
    load(VG_TARGET_ATTRIBUTES, 0, vg_policy_attributes, VG_ID_COUNT);
    load(VG_TARGET_JUDGE, 0, vg_policy_rows, 2 * VG_JUDGE_ROWS);
    load(VG_TARGET_ENFORCE, 0, &enforce, 1);
    VG_REG(VG_COPROCESSOR_LOAD_ADDRESS) = (uint32_t)VG_TARGET_MODEL0 << 16;
    for (unsigned i = 0; i < VG_IMAGE_BYTES; i++)
        VG_REG(VG_COPROCESSOR_LOAD_DATA) = vg_model[i];
    /* Whoever ships this checks the model's signature, and its digest as read back, before this line. */
    load(VG_TARGET_READY, 0, &ready, 1);
    VG_REG(VG_COPROCESSOR_HANDLER_INDEX) = 0;
    for (unsigned id = 0; id < VG_ID_COUNT; id++)
        VG_REG(VG_COPROCESSOR_HANDLER) = (uintptr_t)allowed;
    for (unsigned verdict = 0; verdict < VG_COPROCESSOR_VERDICT_HANDLER_COUNT; verdict++)
        VG_REG(VG_COPROCESSOR_VERDICT_HANDLER + 4 * verdict) = (uintptr_t)denied;
}

/* Send an event and pass its record on. */
static void send(const uint32_t *event)
{
    for (unsigned i = 0; i < VG_EVENT_WORDS; i++)
        VG_REG(VG_COPROCESSOR_EVENT + 4 * i) = event[i];
    while (!VG_FIELD(VG_REG(VG_COPROCESSOR_STATUS), VG_COPROCESSOR_STATUS_RECORD_VALID))
        ;
    for (unsigned i = 0; i < VG_RECORD_WORDS; i++)
        report(RECORD, VG_REG(VG_COPROCESSOR_RECORD + 4 * i));
}

static void switch_to_model(void)
{
    uint32_t event[VG_EVENT_WORDS] = {0};
    VG_PUT(event, VG_EVENT_KIND, VG_KIND_SWAP);
    VG_PUT(event, VG_EVENT_SOURCE, 1);
    VG_PUT(event, VG_EVENT_A0, 0);
    send(event);
}

/* Give `slot` to a new process, and let it run. */
static void begin(unsigned slot)
{
    uint32_t event[VG_EVENT_WORDS] = {0};
    VG_PUT(event, VG_EVENT_KIND, VG_KIND_CLEAR);
    VG_PUT(event, VG_EVENT_SLOT, slot);
    VG_PUT(event, VG_EVENT_ID, slot); /* its tree */
    VG_PUT(event, VG_EVENT_GENERATION, LIFE);
    VG_PUT(event, VG_EVENT_A0, PROFILE);
    send(event);
    VG_REG(VG_COPROCESSOR_SLOT) = slot;
    VG_REG(VG_COPROCESSOR_GENERATION) = LIFE;
}

/* --- the processes ----------------------------------------------------------------------------------------------- */

static int32_t call(uint32_t id, uint32_t first, uint32_t second)
{
    register uint32_t a0 __asm__("a0") = first;
    register uint32_t a1 __asm__("a1") = second;
    register uint32_t a2 __asm__("a2") = 64;
    register uint32_t a3 __asm__("a3") = 0;
    register uint32_t a4 __asm__("a4") = 0;
    register uint32_t a5 __asm__("a5") = 0;
    register uint32_t a7 __asm__("a7") = id;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    report(RESULT, a0);
    return (int32_t)a0;
}

static void honest(void)
{
    for (unsigned i = 0; i < 4; i++) {
        call(VG_SYS_READ, 0, 0x8000);
        call(VG_SYS_GETPID, 0, 0);
        call(VG_SYS_WRITE, 1, 0x8000);
        call(VG_SYS_CLOSE, 3 + i, 0);
    }
}

static void attacker(void)
{
    const uint32_t victim = 4711;
    for (unsigned i = 0; i < 64; i++)
        if (call(i & 1 ? VG_SYS_PROCESS_VM_WRITEV : VG_SYS_PROCESS_VM_READV, victim, 0x8000) < 0)
            return;
}

void main(void)
{
    load_all();
    switch_to_model();
    VG_REG(VG_COPROCESSOR_LOCK) = ~0u; /* nobody changes any of it now, not even we */
    open();
    begin(HONEST);
    honest();
    begin(ATTACKER);
    attacker();
    report(END, VG_REG(VG_COPROCESSOR_TAMPER));
    for (;;)
        ;
}
