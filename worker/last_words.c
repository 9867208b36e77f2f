/* SPDX-License-Identifier: MIT */
#include "last_words.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

static bool last_words_fill(const struct skep_child *child, struct skep_last_words *words)
{
    bool is_any = false;

    *words = (struct skep_last_words){0};
    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        const struct skep_output_marks *marks = &child->page->outputs[i];
        struct skep_result_output *tail = &words->tails.of[i];
        int64_t begin = atomic_load(&marks->begin), told = atomic_load(&marks->told);
        skep_output_read(child->output_fds[i], begin, words->tails.bytes[i], tail);
        words->n_untold[i] = tail->total_n;
        if (told > begin && (uint64_t)(told - begin) <= tail->total_n) {
            words->n_untold[i] -= (uint64_t)(told - begin);
        }
        is_any = is_any || tail->total_n > 0;
    }
    return is_any;
}

struct skep_last_words *skep_last_words_read(const struct skep_child *child)
{
    struct skep_last_words *words = skep_calloc(1, sizeof *words);

    if (words != NULL && !last_words_fill(child, words)) {
        skep_free(words);
        words = NULL;
    }
    return words;
}

static void last_words_log_lines(int slot, const char *stream, const struct skep_result_output *output)
{
    const char *at = output->text, *end = output->text + output->n;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        int n = (int)((stop != NULL ? stop : end) - at);
        skep_log(SKEP_LOG_WARN, "slot-output", "slot=%d %s=\"%.*s\"", slot, stream, n, at);
        at += n + 1;
    }
}

void skep_last_words_log(const struct skep_child *child)
{
    struct skep_last_words words;

    if (last_words_fill(child, &words)) {
        for (int i = 0; i < SKEP_OUTPUTS; i++) {
            last_words_log_lines(child->number, skep_output_name(i), &words.tails.of[i]);
        }
    }
}

skep_status skep_last_words_tell(struct skep_last_words *words, struct skep_conn *conn,
                                 const struct skep_keys *keys, const struct skep_logs_entry *entry,
                                 struct skep_error *err)
{
    struct skep_logs_entry entries[SKEP_OUTPUTS];
    struct skep_error why = {0};
    size_t n = 0;
    skep_status st;

    for (int i = 0; i < SKEP_OUTPUTS; i++) {
        const struct skep_result_output untold = skep_output_last(&words->tails.of[i], words->n_untold[i]);
        if (untold.total_n > 0) {
            entries[n] = *entry;
            entries[n].stream = skep_output_name(i);
            entries[n].text = untold.text;
            entries[n].text_n = untold.n;
            entries[n++].total_n = untold.total_n;
        }
    }
    st = words->is_told ? SKEP_OK : skep_logs_add(conn, keys, entries, n, &why);
    if (st != SKEP_OK && !skep_conn_is_open(conn)) {
        *err = why;
        return st;
    }
    words->is_told = true;
    if (st != SKEP_OK) {
        skep_log(SKEP_LOG_WARN, "output-not-kept", "queue=%s outputs=%zu reason=\"%s\"", keys->name, n,
                 skep_error_text(&why, st));
    }
    return SKEP_OK;
}
