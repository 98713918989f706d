/* A model's way: into the idle slot, read back, copied to flash, in force on trial, tested, kept.
 *
 * The trial begins with the first vectors, once the image is whole: there is no memory to keep them all, so each is
 * replayed as it comes, and processes rest meanwhile.  Numbered frames wait while a job of several steps is done.  If
 * anything is wrong, or the session ends before MODEL_END, the model before is in force again.  Where there was none,
 * the bad one cannot be taken out of force: no event is screened then until another push. */
#include "kernel.h"

#define PIECE_BYTES 256   /* read back in a step */
#define VECTORS_A_STEP 8
#define TRIES 100         /* to switch: it may have to wait for records to be taken */

enum phase { PHASE_REST, PHASE_READ_BACK, PHASE_COPY, PHASE_SWITCH, PHASE_KEEP, PHASE_RETURN, PHASE_REPORT };
enum trial { TRIAL_NONE, TRIAL_ON, TRIAL_OVER }; /* OVER: the model failed before its vectors were replayed */

static struct {
    struct about {
        uint32_t result, vector, digest[8], name_bytes;
        char name[VG_LINK_NAME_BYTES + 4]; /* a zero behind it */
    } slots[VG_MODEL_SLOTS];
    bool unfit;        /* the model in force failed its test, and there is no other */
    uint32_t epoch;    /* of the session that the push and the answer belong to */
    bool pushing;
    uint32_t slot;
    uint32_t received; /* bytes of the image */
    uint32_t seen[VG_IMAGE_BYTES / 32]; /* which ones */
    enum trial trial;
    uint32_t vectors;  /* replayed */
    uint32_t cursor;   /* in the frame of vectors in front: its next word; 0: not looked at yet */
    bool silent;       /* nobody is to be told how it ends */
    enum phase phase;
    uint32_t place;    /* how far the phase has got */
    uint32_t tries;    /* to switch */
    uint32_t former;   /* slot that was in force before, or SLOTS_NONE */
    uint32_t sent;     /* bytes of an image that is being read */
} model;

/* The bit of the slot in force, if its model may stay there. */
static uint32_t fit_bit(void)
{
    return model.unfit ? 0 : slots_bit(slots_in_force());
}

#define VERSION_OFFSET (VG_MODEL_PARAMS_OFFSET + VG_PARAMS_VERSION_OFFSET / 8)

static bool contract_holds(const uint8_t version[2])
{
    return (version[0] | version[1] << 8) == VG_CONTRACT_VERSION;
}

/* --- boot ---------------------------------------------------------------------------------------------------- */

ONCE void model_start(void)
{
    memset(&model, 0, sizeof model);
    const struct stored *stored = store_newest();
    struct about *about = &model.slots[0];
    if (!stored) {
        log_line("no model in flash");
        return;
    }
    about->name_bytes = VG_GET(stored->header, VG_FLASH_MODEL_NAME_LENGTH);
    memcpy(about->name, stored->header + VG_FLASH_MODEL_NAME0_OFFSET / 32, about->name_bytes);
    memcpy(about->digest, stored->header + VG_FLASH_MODEL_DIGEST0_OFFSET / 32, sizeof about->digest);
    about->result = VG_MODEL_RESULT_CONTRACT;
    if (contract_holds(store_image(stored) + VERSION_OFFSET)) {
        for (uint32_t place = 0; place < VG_IMAGE_BYTES; place += PIECE_BYTES) {
            uint32_t piece[PIECE_BYTES / 4]; /* the flash reads words, one after the other, fast */
            memcpy(piece, store_image(stored) + place, sizeof piece);
            board_load_bytes(slots_address(0, place), (const uint8_t *)piece, sizeof piece);
        }
        slots_ready(slots_bit(0));
        about->result = slots_switch(0) ? VG_MODEL_RESULT_ACTIVE : VG_MODEL_RESULT_VERIFIED;
    }
    log_line("model %s from flash: result %u", about->name, (unsigned)about->result);
}

bool model_fit(void)
{
    return !model.unfit;
}

uint32_t model_number(void)
{
    uint32_t slot = slots_in_force();
    return slot == SLOTS_NONE ? 0 : model.slots[slot].digest[0] | 1;
}

/* --- the push ------------------------------------------------------------------------------------------------ */

/* Give up a trial: the model before comes in force again. */
static void abandon(void)
{
    if (model.trial == TRIAL_ON) {
        model.slots[model.slot].result = VG_MODEL_RESULT_PARTIAL;
        model.phase = PHASE_RETURN;
        model.silent = true;
    }
    model.trial = TRIAL_NONE;
    model.pushing = false;
}

/* Drop what belonged to another session. */
static void keep_epoch(void)
{
    if (model.epoch == link_epoch())
        return;
    model.epoch = link_epoch();
    model.sent = model.cursor = 0;
    if (model.phase == PHASE_READ_BACK || model.phase == PHASE_COPY || model.phase == PHASE_SWITCH)
        model.phase = PHASE_REST;
    if (model.phase == PHASE_REST)
        abandon();
    model.silent = true;
}

static bool begun(uint32_t slot)
{
    keep_epoch();
    return model.pushing && model.slot == slot;
}

enum outcome model_begin(const struct frame *frame)
{
    const uint32_t *payload = frame->payload;
    uint32_t slot = VG_GET(payload, VG_FRAME_MODEL_BEGIN_SLOT);
    keep_epoch();
    if (model.trial != TRIAL_NONE) {
        abandon();
        return OUTCOME_WAIT;
    }
    if (board_pipeline_locks() & VG_COPROCESSOR_LOCK_MODEL_MASK)
        return serve_refuse(frame, VG_REFUSAL_LOCKED, "the model slots are locked until the board is reset");
    if (slot == slots_in_force())
        return serve_refuse(frame, VG_REFUSAL_RANGE, "this slot is in force: push to the other one");
    if (VG_GET(payload, VG_FRAME_MODEL_BEGIN_SIZE) != VG_IMAGE_BYTES)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "an image fills its slot: 8192 bytes");
    _Static_assert(VG_IMAGE_BYTES == 8192, "the text says so");
    struct about *about = &model.slots[slot];
    memset(about, 0, sizeof *about);
    about->result = VG_MODEL_RESULT_PARTIAL;
    memcpy(about->digest, payload + VG_FRAME_MODEL_BEGIN_DIGEST0_OFFSET / 32, sizeof about->digest);
    about->name_bytes = frame->bytes - VG_FRAME_MODEL_BEGIN_BYTES;
    memcpy(about->name, payload + VG_FRAME_MODEL_BEGIN_WORDS, about->name_bytes);
    model.pushing = true;
    model.slot = slot;
    model.received = model.vectors = model.cursor = 0;
    model.silent = false;
    memset(model.seen, 0, sizeof model.seen);
    slots_ready(fit_bit());
    return OUTCOME_DONE;
}

enum outcome model_data(const struct frame *frame)
{
    uint32_t slot = VG_GET(frame->payload, VG_FRAME_MODEL_DATA_SLOT);
    uint32_t offset = VG_GET(frame->payload, VG_FRAME_MODEL_DATA_OFFSET);
    uint32_t count = frame->bytes - VG_FRAME_MODEL_DATA_BYTES;
    if (!begun(slot))
        return serve_refuse(frame, VG_REFUSAL_ORDER, "begin the push to this slot by MODEL_BEGIN");
    if (offset + count > VG_IMAGE_BYTES)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "the bytes go beyond the image's end");
    if (model.trial != TRIAL_NONE)
        return serve_refuse(frame, VG_REFUSAL_ORDER, "its vectors have begun: the image stays as it is");
    const uint8_t *bytes = (const uint8_t *)(frame->payload + VG_FRAME_MODEL_DATA_WORDS);
    board_load_bytes(slots_address(slot, offset), bytes, count);
    for (uint32_t byte = offset; byte < offset + count; byte++) {
        model.received += !(model.seen[byte / 32] >> byte % 32 & 1);
        model.seen[byte / 32] |= 1u << byte % 32;
    }
    return OUTCOME_DONE;
}

/* Look at a frame of vectors: return what is wrong with it, in words for people, or NULL. */
static const char *wrong_vectors(const struct frame *frame, enum vg_refusal *reason)
{
    const uint32_t *payload = frame->payload;
    uint32_t words = frame->bytes / 4, place = VG_FRAME_MODEL_VECTORS_WORDS;
    uint32_t count = VG_GET(payload, VG_FRAME_MODEL_VECTORS_COUNT);
    *reason = VG_REFUSAL_LENGTH;
    for (uint32_t vector = 0; vector < count; vector++) {
        uint32_t extent = screen_extent(payload + place, words - place);
        if (extent == 0 || extent + VG_RECORD_WORDS > words - place)
            return "a vector goes beyond the frame's end";
        uint32_t kind = VG_GET(payload + place, VG_EVENT_KIND);
        if (kind >= VG_KIND_SWAP || !VG_GET(payload + place, VG_EVENT_SOURCE)) {
            *reason = VG_REFUSAL_KIND;
            return "a vector is an event of a process of the host's";
        }
        place += extent + VG_RECORD_WORDS;
    }
    return count == 0 || place != words ? "the vectors are not as many as the frame says" : NULL;
}

/* Replay one vector; false if it cannot be now.  After one that failed the rest are replayed all the same: they end
 * what they began.  What a vaccine answers says nothing of the model: its numbers do. */
static bool replay(const uint32_t *event, uint32_t words)
{
    struct about *about = &model.slots[model.slot];
    uint32_t record[VG_RECORD_WORDS];
    if (!screen_vector(event, words, record))
        return false;
    const uint32_t *expected = event + words;
    uint32_t wrong = (record[0] ^ expected[0]) & ~((uint32_t)1 << VG_RECORD_MODEL_OFFSET);
    uint32_t other = record[1] ^ expected[1];
    if (record[0] & BITS(VG_RECORD_VACCINATED)) {
        wrong &= ~(BITS(VG_RECORD_VERDICT) | BITS(VG_RECORD_PROPOSED) | BITS(VG_RECORD_VACCINATED));
        other &= ~BITS(VG_RECORD_VACCINE);
    }
    wrong |= other;
    for (uint32_t word = 2; word < VG_RECORD_SEQUENCE_OFFSET / 32; word++)
        wrong |= record[word] ^ expected[word];
    if (wrong && about->result != VG_MODEL_RESULT_SELF_TEST) {
        about->result = VG_MODEL_RESULT_SELF_TEST;
        about->vector = model.vectors;
    }
    model.vectors++;
    return true;
}

enum outcome model_vectors(const struct frame *frame)
{
    enum vg_refusal reason;
    if (!begun(model.slot))
        return serve_refuse(frame, VG_REFUSAL_ORDER, "begin the push by MODEL_BEGIN");
    if (model.cursor == 0) {
        const char *wrong = wrong_vectors(frame, &reason);
        if (wrong)
            return serve_refuse(frame, reason, wrong);
    }
    if (model.received != VG_IMAGE_BYTES)
        return serve_refuse(frame, VG_REFUSAL_ORDER, "the whole image comes before its vectors");
    if (model.trial == TRIAL_OVER)
        return OUTCOME_DONE;
    if (model.trial == TRIAL_NONE) {
        model.former = slots_in_force();
        model.phase = PHASE_READ_BACK;
        model.place = model.tries = 0;
        digest_begin();
        return OUTCOME_WAIT; /* until the model is in force */
    }
    uint32_t end = frame->bytes / 4;
    if (model.cursor == 0)
        model.cursor = VG_FRAME_MODEL_VECTORS_WORDS;
    for (uint32_t done = 0; done < VECTORS_A_STEP && model.cursor < end; done++) {
        const uint32_t *event = frame->payload + model.cursor;
        uint32_t words = screen_extent(event, end - model.cursor);
        if (!replay(event, words))
            return OUTCOME_WAIT;
        model.cursor += words + VG_RECORD_WORDS;
    }
    if (model.cursor < end)
        return OUTCOME_MORE;
    model.cursor = 0;
    return OUTCOME_DONE;
}

static enum outcome send_status(uint32_t slot)
{
    const struct about *about = &model.slots[slot];
    uint32_t *payload = send_open(VG_FRAME_TYPE_MODEL_STATUS, VG_FRAME_MODEL_STATUS_BYTES + VG_LINK_NAME_BYTES);
    if (!payload)
        return OUTCOME_WAIT;
    payload[0] = 0;
    VG_PUT(payload, VG_FRAME_MODEL_STATUS_SLOT, slot);
    VG_PUT(payload, VG_FRAME_MODEL_STATUS_RESULT, about->result);
    VG_PUT(payload, VG_FRAME_MODEL_STATUS_VECTOR, about->vector);
    memcpy(payload + VG_FRAME_MODEL_STATUS_DIGEST0_OFFSET / 32, about->digest, sizeof about->digest);
    memcpy(payload + VG_FRAME_MODEL_STATUS_WORDS, about->name, about->name_bytes);
    send_close(VG_FRAME_MODEL_STATUS_BYTES + about->name_bytes);
    return OUTCOME_DONE;
}

/* End the job with `result`, once the model before is in force again where `back` says so. */
static void conclude(enum vg_model_result result, bool back)
{
    model.slots[model.slot].result = result;
    model.phase = back ? PHASE_RETURN : PHASE_REPORT;
}

/* Have the model kept in flash; what has not been told yet is told then. */
static void begin_to_keep(void)
{
    const struct about *about = &model.slots[model.slot];
    uint32_t header[VG_FLASH_MODEL_WORDS] = {0};
    VG_PUT(header, VG_FLASH_MODEL_MAGIC, VG_FLASH_MODEL_MAGIC);
    VG_PUT(header, VG_FLASH_MODEL_SIZE, VG_IMAGE_BYTES);
    VG_PUT(header, VG_FLASH_MODEL_CONTRACT, VG_CONTRACT_VERSION);
    VG_PUT(header, VG_FLASH_MODEL_NAME_LENGTH, about->name_bytes);
    memcpy(header + VG_FLASH_MODEL_DIGEST0_OFFSET / 32, about->digest, sizeof about->digest);
    memcpy(header + VG_FLASH_MODEL_NAME0_OFFSET / 32, about->name, VG_LINK_NAME_BYTES);
    store_keep(header);
    model.phase = PHASE_KEEP;
}

enum outcome model_end(const struct frame *frame)
{
    uint32_t slot = VG_GET(frame->payload, VG_FRAME_MODEL_END_SLOT);
    if (!begun(slot))
        return serve_refuse(frame, VG_REFUSAL_ORDER, "begin the push to this slot by MODEL_BEGIN");
    enum trial trial = model.trial;
    enum vg_model_result result = model.slots[slot].result;
    if (trial == TRIAL_NONE) {
        model.slots[slot].result = VG_MODEL_RESULT_INCOMPLETE;
        return send_status(slot);
    }
    model.pushing = false;
    model.trial = TRIAL_NONE;
    model.tries = 0;
    if (trial == TRIAL_OVER || result == VG_MODEL_RESULT_SELF_TEST)
        conclude(result, trial == TRIAL_ON);
    else
        begin_to_keep();
    return OUTCOME_DONE;
}

/* --- into force ---------------------------------------------------------------------------------------------- */

/* The model cannot be tried: MODEL_END is told why. */
static void fail(enum vg_model_result result)
{
    model.slots[model.slot].result = result;
    model.trial = TRIAL_OVER;
    model.phase = PHASE_REST;
}

static void read_back(void)
{
    uint32_t digest[8];
    uint8_t piece[PIECE_BYTES];
    board_load_read(slots_address(model.slot, model.place), piece, sizeof piece);
    digest_add(piece, sizeof piece);
    model.place += sizeof piece;
    if (model.place < VG_IMAGE_BYTES)
        return;
    digest_end(digest);
    board_load_read(slots_address(model.slot, VERSION_OFFSET), piece, 2);
    if (memcmp(digest, model.slots[model.slot].digest, sizeof digest) != 0) {
        fail(VG_MODEL_RESULT_DIGEST);
    } else if (!contract_holds(piece)) {
        fail(VG_MODEL_RESULT_CONTRACT);
    } else {
        store_copy(model.slot);
        model.phase = PHASE_COPY;
    }
}

static bool copy(void)
{
    if (!flash_ready())
        return false;
    if (store_step() == STORE_COPIED)
        model.phase = PHASE_SWITCH;
    return true;
}

static void switch_over(void)
{
    slots_ready(slots_bit(model.slot) | fit_bit());
    model.slots[model.slot].vector = 0;
    if (slots_switch(model.slot)) {
        model.trial = TRIAL_ON;
        model.phase = PHASE_REST;
    } else if (++model.tries == TRIES) {
        fail(VG_MODEL_RESULT_SELF_TEST);
    }
}

static bool keep(void)
{
    if (!flash_ready())
        return false;
    switch (store_step()) {
    case STORE_BUSY:
        return true;
    case STORE_KEPT:
        model.unfit = false;
        if (model.former != SLOTS_NONE && model.slots[model.former].result == VG_MODEL_RESULT_ACTIVE)
            model.slots[model.former].result = VG_MODEL_RESULT_VERIFIED;
        conclude(VG_MODEL_RESULT_ACTIVE, false);
        return true;
    default:
        conclude(VG_MODEL_RESULT_FLASH, true);
        return true;
    }
}

/* Put the model before in force again. */
static void go_back(void)
{
    bool can = model.former != SLOTS_NONE && !model.unfit;
    if (can && !slots_switch(model.former) && ++model.tries < TRIES)
        return;
    model.unfit = !can || slots_in_force() != model.former;
    slots_ready(fit_bit());
    model.phase = PHASE_REPORT;
}

static bool report(void)
{
    screen_end_vectors();
    if (!model.silent && link_session()) {
        screen_close();
        if (send_status(model.slot) != OUTCOME_DONE)
            return false;
    }
    const struct about *about = &model.slots[model.slot];
    log_line("push of %s to slot %u: result %u, vector %u", about->name, (unsigned)model.slot,
             (unsigned)about->result, (unsigned)about->vector);
    model.phase = PHASE_REST;
    return true;
}

bool model_busy(void)
{
    return model.phase != PHASE_REST;
}

bool model_on_trial(void)
{
    return model.trial == TRIAL_ON || model.phase != PHASE_REST;
}

bool model_step(void)
{
    keep_epoch();
    switch (model.phase) {
    case PHASE_READ_BACK:
        read_back();
        return true;
    case PHASE_COPY:
        return copy();
    case PHASE_SWITCH:
        switch_over();
        return true;
    case PHASE_KEEP:
        return keep();
    case PHASE_RETURN:
        go_back();
        return true;
    case PHASE_REPORT:
        return report();
    default:
        return false;
    }
}

/* --- reading ------------------------------------------------------------------------------------------------- */

enum outcome model_read(const struct frame *frame)
{
    uint32_t slot = VG_GET(frame->payload, VG_FRAME_MODEL_READ_SLOT);
    const struct stored *stored = store_newest();
    bool in_force = slot == slots_in_force();
    keep_epoch();
    if (!VG_GET(frame->payload, VG_FRAME_MODEL_READ_IMAGE) || model.slots[slot].result == VG_MODEL_RESULT_EMPTY ||
        (in_force && (!stored || model.unfit)))
        return send_status(slot);
    if (in_force && !flash_ready())
        return OUTCOME_WAIT;
    if (model.sent == VG_IMAGE_BYTES) {
        enum outcome outcome = send_status(slot);
        if (outcome == OUTCOME_DONE)
            model.sent = 0;
        return outcome;
    }
    uint32_t *payload = send_open(VG_FRAME_TYPE_MODEL_DATA, VG_FRAME_MODEL_DATA_BYTES + VG_LINK_MODEL_CHUNK);
    if (!payload)
        return OUTCOME_WAIT;
    uint8_t *into = (uint8_t *)(payload + VG_FRAME_MODEL_DATA_WORDS);
    payload[0] = 0;
    VG_PUT(payload, VG_FRAME_MODEL_DATA_SLOT, slot);
    VG_PUT(payload, VG_FRAME_MODEL_DATA_OFFSET, model.sent);
    if (in_force)
        memcpy(into, store_image(stored) + model.sent, VG_LINK_MODEL_CHUNK);
    else
        board_load_read(slots_address(slot, model.sent), into, VG_LINK_MODEL_CHUNK);
    model.sent += VG_LINK_MODEL_CHUNK;
    send_close(VG_FRAME_MODEL_DATA_BYTES + VG_LINK_MODEL_CHUNK);
    return OUTCOME_MORE;
}
