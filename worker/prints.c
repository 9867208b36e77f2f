/* SPDX-License-Identifier: MIT */
#include "prints.h"

#include <string.h>

#include "base/log.h"

enum { PRINTS_AT_A_TIME = 64 };

void skep_prints_init(struct skep_prints *prints)
{
    *prints = (struct skep_prints){0};
    skep_buf_init(&prints->bytes, SKEP_PRINTS_MAX_BYTES);
}

void skep_prints_release(struct skep_prints *prints)
{
    skep_buf_release(&prints->bytes);
}

static void prints_add_text(struct skep_prints *prints, const char *text)
{
    skep_buf_add(&prints->bytes, text != NULL ? text : "", text != NULL ? strlen(text) + 1 : 1);
}

void skep_prints_add(struct skep_prints *prints, const struct skep_logs_entry *entry)
{
    struct skep_print *print = &prints->items[prints->n];
    size_t mark = prints->bytes.length;

    if (prints->n == SKEP_PRINTS_MAX || prints->n_lost > 0) { /* those that come now are not worth more */
        prints->n_lost++;
        return;
    }
    prints_add_text(prints, entry->job);
    prints_add_text(prints, entry->id);
    prints_add_text(prints, entry->worker);
    prints_add_text(prints, entry->host);
    skep_buf_add(&prints->bytes, entry->text, entry->text_n);
    if (skep_buf_failed(&prints->bytes)) {
        prints->bytes.failed = false;
        prints->bytes.length = mark;
        prints->n_lost++;
        return;
    }
    *print = (struct skep_print){.entry = *entry, .at = mark};
    prints->n++;
}

/* The entry, with pointers. */
static struct skep_logs_entry prints_get(const struct skep_prints *prints, size_t i)
{
    struct skep_logs_entry entry = prints->items[i].entry;
    const char *at = prints->bytes.bytes + prints->items[i].at;
    const char **const texts[] = {&entry.job, &entry.id, &entry.worker, &entry.host};

    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        *texts[k] = at[0] != '\0' ? at : NULL;
        at += strlen(at) + 1;
    }
    entry.text = at;
    return entry;
}

skep_status skep_prints_tell(struct skep_prints *prints, struct skep_conn *conn, const struct skep_keys *keys,
                             struct skep_error *err)
{
    struct skep_logs_entry batch[PRINTS_AT_A_TIME];
    struct skep_error why = {0};
    skep_status st = SKEP_OK;

    if (prints->n > 0) {
        prints->items[prints->n - 1].entry.n_lost = prints->n_lost;
    }
    for (size_t i = 0; i < prints->n && st == SKEP_OK;) {
        size_t n = 0;
        while (n < PRINTS_AT_A_TIME && i < prints->n) {
            batch[n++] = prints_get(prints, i++);
        }
        st = skep_logs_add(conn, keys, batch, n, &why);
    }
    if (st != SKEP_OK && !skep_conn_is_open(conn)) {
        *err = why;
        return st;
    }
    if (st != SKEP_OK && !prints->is_refused) {
        skep_log(SKEP_LOG_WARN, "output-not-kept", "queue=%s outputs=%zu reason=\"%s\"", keys->name,
                 prints->n, skep_error_text(&why, st));
    }
    prints->is_refused = st != SKEP_OK;
    prints->n = 0;
    prints->n_lost = 0;
    skep_buf_reset(&prints->bytes);
    return SKEP_OK;
}
