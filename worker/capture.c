/* SPDX-License-Identifier: MIT */
/* Files that are written at their end are NUL behind it, up to the end of the page of memory. So a mapping
 * shows for nothing whether something was printed since the last look: the byte behind what was known is not
 * NUL any more. It cannot be looked at where a page begins, for there may be none, so a file never has a
 * length of zero; and output that begins with a NUL is seen by its length alone, which is asked for after
 * attempts that were not short, and at the end of a batch.
 *
 * While a task prints without end the keeper makes a hole where its output was, up to near its end: places
 * and lengths stay what they are. So a slot takes as much memory as is printed in a few milliseconds. */
#include "capture.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "slot.h"

enum {
    CAPTURE_PAGE_BYTES = 4096, /* or less than a page has */
    CAPTURE_WINDOW_BYTES = 128 << 10,
    CAPTURE_RESTART_BYTES = 64 << 10, /* a file that long begins anew once its attempt is over */
    CAPTURE_KEEP_BYTES = 2 * SKEP_OUTPUT_TAIL_BYTES + CAPTURE_PAGE_BYTES,
    CAPTURE_KEEPER_MS = 20, /* between two looks while a task runs */
    CAPTURE_KEEPER_SOON_MS = 2,
    CAPTURE_KEEPER_STACK_BYTES = 256 << 10
};

static const char capture_unknown = '?';

/* ---- whose is it ---- */

/* The file has SIZE bytes, all known: the next one is a later attempt's. */
static void capture_mark(struct skep_capture *capture, int which, int64_t size)
{
    struct skep_output_marks *marks = &capture->page->outputs[which];
    bool is_visible = size % CAPTURE_PAGE_BYTES != 0 && size < CAPTURE_WINDOW_BYTES;

    atomic_store_explicit(&marks->begin, size, memory_order_relaxed);
    atomic_store_explicit(&marks->told, size, memory_order_relaxed);
    capture->next[which] = is_visible ? capture->maps[which] + size : &capture_unknown;
}

/* Whether what it printed, if anything, was seen to begin in this very attempt. */
static bool capture_is_ours(const struct skep_capture *capture, int which)
{
    return !capture->has_trusted || *capture->next[which] != 0;
}

/* The tail of one output, and how much of it is not told. False: nothing was printed. */
static bool capture_read(struct skep_capture *capture, int which)
{
    struct skep_output_marks *marks = &capture->page->outputs[which];
    struct skep_result_output *tail = &capture->tails.of[which];
    int64_t begin = atomic_load_explicit(&marks->begin, memory_order_relaxed);
    int64_t told = atomic_load_explicit(&marks->told, memory_order_relaxed);
    int64_t size = skep_output_size(capture->fds[which]);

    skep_output_read(capture->fds[which], begin, capture->tails.bytes[which], tail);
    capture->n_untold[which] = told <= begin || told > size ? tail->total_n : (uint64_t)(size - told);
    if (tail->total_n == 0) {
        return false;
    }
    if (size >= CAPTURE_RESTART_BYTES && ftruncate(capture->fds[which], 0) == 0 &&
        ftruncate(capture->fds[which], SKEP_OUTPUT_EMPTY) == 0) {
        size = SKEP_OUTPUT_EMPTY;
    }
    capture_mark(capture, which, size);
    return true;
}

enum skep_captured skep_capture_look(struct skep_capture *capture)
{
    enum skep_captured captured = SKEP_CAPTURED_NOTHING;

    pthread_mutex_lock(&capture->lock);
    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        bool is_ours = capture_is_ours(capture, i);
        if (capture_read(capture, i) && captured != SKEP_CAPTURED_ANYS) {
            captured = is_ours ? SKEP_CAPTURED_OURS : SKEP_CAPTURED_ANYS;
        }
    }
    capture->has_trusted = false;
    pthread_mutex_unlock(&capture->lock);
    return captured;
}

struct skep_result_output skep_capture_untold(const struct skep_capture *capture, int which)
{
    return skep_output_last(&capture->tails.of[which], capture->n_untold[which]);
}

/* A line that is not finished waits for its end. */
static void capture_cut_to_lines(struct skep_result_output *output)
{
    size_t n = output->n;

    while (n > 0 && output->text[n - 1] != '\n' && output->text[n - 1] != '\r') {
        n--;
    }
    if (n > 0 || output->total_n < SKEP_OUTPUT_TAIL_BYTES) {
        output->total_n -= output->n - n;
        output->n = n;
    }
}

bool skep_capture_peek(struct skep_capture *capture, int which, char bytes[SKEP_OUTPUT_TAIL_BYTES],
                       struct skep_result_output *output_out)
{
    struct skep_output_marks *marks = &capture->page->outputs[which];
    int64_t told = atomic_load_explicit(&marks->told, memory_order_relaxed);
    int64_t size = skep_output_size(capture->fds[which]);

    if (size == told) {
        return false;
    }
    skep_output_read(capture->fds[which], told, bytes, output_out);
    capture_cut_to_lines(output_out);
    told = size < told ? 0 : told;
    atomic_store_explicit(&marks->told, told + (int64_t)output_out->total_n, memory_order_relaxed);
    return output_out->n > 0;
}

/* ---- the keeper ---- */

/* Free what nobody will read. True: there was much of it. */
static bool capture_trim(struct skep_capture *capture, int which)
{
    int64_t size = skep_output_size(capture->fds[which]);
    /* The page of the byte that shows whether anything was printed stays. */
    int64_t from = atomic_load(&capture->page->outputs[which].begin) / CAPTURE_PAGE_BYTES + 1;
    int64_t to = (size - CAPTURE_KEEP_BYTES) / CAPTURE_PAGE_BYTES;
    int64_t *trimmed = &capture->trimmed[which];

    *trimmed = to < *trimmed ? 0 : *trimmed;
    from = from < *trimmed ? *trimmed : from;
    if ((to - from) * CAPTURE_PAGE_BYTES < CAPTURE_RESTART_BYTES) {
        return false;
    }
    *trimmed = to;
    (void)fallocate(capture->fds[which], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                    from * CAPTURE_PAGE_BYTES, (to - from) * CAPTURE_PAGE_BYTES);
    return true;
}

static void *capture_keep(void *argument)
{
    struct skep_capture *capture = argument;
    struct pollfd wake = {.fd = capture->keeper_fd, .events = POLLIN};
    bool is_soon = false;

    for (;;) {
        bool is_busy = skep_metrics_get(&capture->page->metrics, SKEP_METRIC_SLOTS_BUSY) != 0;
        if (poll(&wake, 1, !is_busy ? -1 : is_soon ? CAPTURE_KEEPER_SOON_MS : CAPTURE_KEEPER_MS) > 0) {
            skep_slot_drain(capture->keeper_fd);
        }
        is_soon = false;
        pthread_mutex_lock(&capture->lock);
        for (int i = 0; i < SKEP_OUTPUTS; i++) {
            is_soon = capture_trim(capture, i) || is_soon;
        }
        pthread_mutex_unlock(&capture->lock);
    }
    return NULL;
}

void skep_capture_wake(const struct skep_capture *capture)
{
    skep_slot_poke(capture->keeper_fd);
}

static skep_status capture_start_keeper(struct skep_capture *capture, struct skep_error *err)
{
    pthread_attr_t attributes;
    pthread_t thread;
    int failed;

    capture->keeper_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (capture->keeper_fd < 0) {
        return skep_error_errno(err, SKEP_E_IO, "eventfd");
    }
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, CAPTURE_KEEPER_STACK_BYTES);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    failed = pthread_create(&thread, &attributes, capture_keep, capture);
    pthread_attr_destroy(&attributes);
    return failed == 0 ? SKEP_OK : skep_error_set(err, SKEP_E_NOMEM, "no thread for what is printed");
}

skep_status skep_capture_begin(struct skep_capture *capture, struct skep_page *page,
                               const int fds[SKEP_OUTPUTS], struct skep_error *err)
{
    capture->page = page;
    pthread_mutex_init(&capture->lock, NULL);
    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        void *map = mmap(NULL, CAPTURE_WINDOW_BYTES, PROT_READ, MAP_SHARED, fds[i], 0);
        if (map == MAP_FAILED) {
            return skep_error_errno(err, SKEP_E_IO, "the slot's output is no file in memory");
        }
        capture->maps[i] = map;
        capture->fds[i] = fds[i];
        capture_mark(capture, i, skep_output_size(fds[i]));
    }
    return capture_start_keeper(capture, err);
}
