/* What each numbered frame asks for, as a table. */
#include "operator.h"

static enum outcome serve_status(const struct frame *frame)
{
    (void)frame;
    uint32_t *status = send_open(VG_FRAME_TYPE_STATUS, VG_FRAME_STATUS_BYTES);
    if (!status)
        return OUTCOME_WAIT;
    uint64_t now = board_now();
    uint32_t pipeline = board_pipeline_status();
    memset(status, 0, VG_FRAME_STATUS_BYTES);
    VG_PUT(status, VG_FRAME_STATUS_NOW_LOW, (uint32_t)now);
    VG_PUT(status, VG_FRAME_STATUS_NOW_HIGH, (uint32_t)(now >> 32));
    VG_PUT(status, VG_FRAME_STATUS_BOOT_CYCLES, kernel_boot_cycles());
    VG_PUT(status, VG_FRAME_STATUS_CANARIES, baits_used());
    VG_PUT(status, VG_FRAME_STATUS_BUILD, board_build());
    VG_PUT(status, VG_FRAME_STATUS_FIRMWARE, kernel_firmware());
    VG_PUT(status, VG_FRAME_STATUS_RUNNING, VG_FIELD(pipeline, VG_COPROCESSOR_STATUS_RUNNING) && model_fit());
    VG_PUT(status, VG_FRAME_STATUS_ACTIVE, VG_FIELD(pipeline, VG_COPROCESSOR_STATUS_MODEL));
    screen_report(status);
    link_report(status);
    log_report(status);
    send_close(VG_FRAME_STATUS_BYTES);
    return OUTCOME_DONE;
}

static enum outcome serve_reset(const struct frame *frame)
{
    if (frame->payload[0] != VG_RESET_KEY)
        return serve_refuse(frame, VG_REFUSAL_RANGE, "the key is not RESET_KEY");
    kernel_reset_soon();
    return OUTCOME_DONE;
}

static enum outcome serve_refused(const struct frame *frame)
{
    log_line("host refused frame %u for reason %u", (unsigned)VG_GET(frame->payload, VG_FRAME_REFUSED_SEQUENCE),
             (unsigned)VG_GET(frame->payload, VG_FRAME_REFUSED_REASON));
    return OUTCOME_DONE;
}

#define A_PATH "4 bytes, then a path"

/* fixed: bytes of the fixed part.  least, most, unit: bytes of the tail.  length: what is right, for people. */
static const struct service {
    uint8_t type, fixed, least, unit;
    uint16_t most;
    enum outcome (*serve)(const struct frame *);
    const char *length;
} services[] = {
    {VG_FRAME_TYPE_REFUSED, VG_FRAME_REFUSED_BYTES, 0, 1, VG_LINK_PAYLOAD_MAX, serve_refused,
     "4 bytes, then text"},
    {VG_FRAME_TYPE_RESET, VG_FRAME_RESET_BYTES, 0, 1, 0, serve_reset, "4 bytes: the key"},
    {VG_FRAME_TYPE_EVENT, VG_FRAME_EVENT_BYTES, VG_EVENT_BYTES, 4, VG_LINK_PAYLOAD_MAX, screen_events,
     "4 bytes, then the events in whole words"},
    {VG_FRAME_TYPE_RECORD_MODE, VG_FRAME_RECORD_MODE_BYTES, 0, 1, 0, screen_mode, "4 bytes: the mode"},
    {VG_FRAME_TYPE_STATUS_READ, VG_FRAME_STATUS_READ_BYTES, 0, 1, 0, serve_status, "4 bytes"},
    {VG_FRAME_TYPE_MODEL_BEGIN, VG_FRAME_MODEL_BEGIN_BYTES, 0, 1, VG_LINK_NAME_BYTES, model_begin,
     "36 bytes, then at most 48 of name"},
    {VG_FRAME_TYPE_MODEL_DATA, VG_FRAME_MODEL_DATA_BYTES, 1, 1, VG_LINK_MODEL_CHUNK, model_data,
     "4 bytes, then 1 to 512 of the image"},
    {VG_FRAME_TYPE_MODEL_VECTORS, VG_FRAME_MODEL_VECTORS_BYTES, VG_EVENT_BYTES + VG_RECORD_BYTES, 4,
     VG_LINK_PAYLOAD_MAX, model_vectors, "4 bytes, then per vector an event and its record"},
    {VG_FRAME_TYPE_MODEL_END, VG_FRAME_MODEL_END_BYTES, 0, 1, 0, model_end, "4 bytes: the slot"},
    {VG_FRAME_TYPE_MODEL_READ, VG_FRAME_MODEL_READ_BYTES, 0, 1, 0, model_read, "4 bytes: the slot"},
    {VG_FRAME_TYPE_LOAD, VG_FRAME_LOAD_BYTES, 4, 4, VG_LINK_PAYLOAD_MAX, policy_load,
     "4 bytes: the address, then words"},
    {VG_FRAME_TYPE_TERMINAL, VG_FRAME_TERMINAL_BYTES, 0, 1, VG_LINK_PAYLOAD_MAX, terminal_typed,
     "4 bytes, then what is typed"},
    {VG_FRAME_TYPE_FILE_LIST, VG_FRAME_FILE_LIST_BYTES, 1, 1, VG_LINK_PAYLOAD_MAX, operator_list, A_PATH},
    {VG_FRAME_TYPE_FILE_READ, VG_FRAME_FILE_READ_BYTES, 1, 1, VG_LINK_PAYLOAD_MAX, operator_read, A_PATH},
    {VG_FRAME_TYPE_FILE_WRITE, VG_FRAME_FILE_WRITE_BYTES, 1, 1, VG_LINK_PAYLOAD_MAX, operator_write,
     "8 bytes, then a path"},
    {VG_FRAME_TYPE_FILE_DATA, VG_FRAME_FILE_DATA_BYTES, 1, 1, VG_LINK_FILE_CHUNK, operator_data,
     "8 bytes, then 1 to 1024 of the file"},
    {VG_FRAME_TYPE_FILE_END, VG_FRAME_FILE_END_BYTES, 0, 1, 0, operator_end, "4 bytes"},
    {VG_FRAME_TYPE_FILE_REMOVE, VG_FRAME_FILE_REMOVE_BYTES, 1, 1, VG_LINK_PAYLOAD_MAX, operator_remove, A_PATH},
    {VG_FRAME_TYPE_FOLDER_MAKE, VG_FRAME_FOLDER_MAKE_BYTES, 1, 1, VG_LINK_PAYLOAD_MAX, operator_folder, A_PATH},
    {VG_FRAME_TYPE_PROCESS_LIST, VG_FRAME_PROCESS_LIST_BYTES, 0, 1, 0, runs_list, "4 bytes"},
    {VG_FRAME_TYPE_RUN, VG_FRAME_RUN_BYTES, 2, 1, VG_LINK_PAYLOAD_MAX, runs_begin,
     "8 bytes, then a path and arguments"},
    {VG_FRAME_TYPE_KILL, VG_FRAME_KILL_BYTES, 0, 1, 0, runs_kill, "8 bytes"},
    {VG_FRAME_TYPE_QUARANTINE_LIST, VG_FRAME_QUARANTINE_LIST_BYTES, 0, 1, 0, quarantine_list, "4 bytes"},
    {VG_FRAME_TYPE_QUARANTINE_ORDER, VG_FRAME_QUARANTINE_ORDER_BYTES, 0, 1, 0, quarantine_order, "8 bytes"},
    {VG_FRAME_TYPE_QUARANTINE_READ, VG_FRAME_QUARANTINE_READ_BYTES, 0, 1, 0, quarantine_read, "12 bytes"},
    {VG_FRAME_TYPE_DECOYS, VG_FRAME_DECOYS_BYTES, 0, 1, VG_FLASH_PAGE_BYTES, baits_write,
     "4 bytes, then at most a page"},
    {VG_FRAME_TYPE_VACCINE_LIST, VG_FRAME_VACCINE_LIST_BYTES, 0, 1, 0, vaccines_list, "4 bytes"},
    {VG_FRAME_TYPE_VACCINE_ORDER, VG_FRAME_VACCINE_ORDER_BYTES, 0, 1, 0, vaccines_order, "4 bytes"},
    {VG_FRAME_TYPE_LOG_READ, VG_FRAME_LOG_READ_BYTES, 0, 1, 0, log_read, "4 bytes: the place"},
};

enum outcome serve_refuse(const struct frame *frame, enum vg_refusal reason, const char *text)
{
    uint32_t *payload = send_open(VG_FRAME_TYPE_REFUSED, ANSWER_BYTES);
    if (!payload)
        return OUTCOME_WAIT;
    uint32_t length = 0;
    uint8_t *said = (uint8_t *)(payload + VG_FRAME_REFUSED_WORDS);
    while (text[length] && length < ANSWER_BYTES - VG_FRAME_REFUSED_BYTES) {
        said[length] = (uint8_t)text[length];
        length++;
    }
    payload[0] = 0;
    VG_PUT(payload, VG_FRAME_REFUSED_SEQUENCE, frame->sequence);
    VG_PUT(payload, VG_FRAME_REFUSED_TYPE, frame->type);
    VG_PUT(payload, VG_FRAME_REFUSED_REASON, reason);
    send_close(VG_FRAME_REFUSED_BYTES + length);
    log_line("refused a frame of type %x: %s", (unsigned)frame->type, text);
    return OUTCOME_DONE;
}

static enum outcome obey(const struct frame *frame)
{
    for (uint32_t row = 0; row < sizeof services / sizeof services[0]; row++) {
        const struct service *service = &services[row];
        if (service->type != frame->type)
            continue;
        uint32_t tail = frame->bytes - service->fixed;
        if (frame->bytes < service->fixed || tail < service->least || tail > service->most || tail % service->unit)
            return serve_refuse(frame, VG_REFUSAL_LENGTH, service->length);
        return service->serve(frame);
    }
    return serve_refuse(frame, VG_REFUSAL_TYPE, "the board takes no frame of this type");
}

bool serve_step(void)
{
    struct frame frame;
    if (model_busy() || !link_front(&frame))
        return false;
    if (frame.type != VG_FRAME_TYPE_EVENT) {
        screen_close();
        if (!send_room(ANSWER_BYTES))
            return false;
    }
    switch (obey(&frame)) {
    case OUTCOME_DONE:
        link_done();
        return true;
    case OUTCOME_MORE:
        return true;
    default:
        return false;
    }
}
