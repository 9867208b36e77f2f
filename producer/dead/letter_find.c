/* SPDX-License-Identifier: MIT */
#include "producer/dead/letter_find.h"

#include <stdio.h>
#include <string.h>

#include "producer/cli/command.h"
#include "producer/cli/words.h"

enum {
    FIND_LETTER_BYTES = 1024 * 1024 * 1024,
    FIND_N_NAMED = 3,
    FIND_NAMES_BYTES = 160,
    FIND_NAME_BYTES = 40
};

struct find {
    const char *id;
    struct skep_letter_found *found;
    bool is_exact;     /* found->id is ID itself; nothing that only begins so counts any more */
    uint64_t n_others; /* letters whose id begins with ID and is not found->id */
    size_t n_named;    /* of them in the names */
    struct skep_buf names;
};

static void find_keep(struct find *find, const struct skep_letter *letter)
{
    struct skep_letter_found *found = find->found;

    snprintf(found->id, sizeof found->id, "%s", letter->header.id);
    skep_buf_reset(&found->bytes);
    skep_buf_add(&found->bytes, letter->whole.bytes, letter->whole.n);
    found->n++;
}

/* One more that is not the one: the first ones are named. */
static void find_count_other(struct find *find, const char *id)
{
    find->n_others++;
    if (find->n_named < FIND_N_NAMED) {
        skep_buf_add_text(&find->names, ", ");
        skep_words_add_harmless(&find->names, id, strlen(id), FIND_NAME_BYTES);
        find->n_named++;
    }
}

static skep_status find_visit(void *context, const struct skep_letter *letter, struct skep_error *err)
{
    struct find *find = context;
    const char *id = letter->header.id;

    if (id == NULL) {
        return SKEP_OK;
    }
    if (strcmp(id, find->id) == 0) {
        find->found->n = find->is_exact ? find->found->n : 0;
        find->is_exact = true;
        find_keep(find, letter);
    } else if (find->is_exact || strncmp(id, find->id, strlen(find->id)) != 0) {
        return SKEP_OK;
    } else if (find->found->n == 0 || strcmp(id, find->found->id) == 0) {
        find_keep(find, letter);
    } else {
        find_count_other(find, id);
    }
    return skep_buf_failed(&find->found->bytes)
               ? skep_error_set(err, SKEP_E_NOMEM, "no memory for a letter of %zu bytes", letter->whole.n)
               : SKEP_OK;
}

skep_status skep_letter_find(const struct skep_letters *letters, const char *id,
                             struct skep_letter_found *found_out, struct skep_error *err)
{
    struct find find = {.id = id, .found = found_out};
    skep_status st;

    *found_out = (struct skep_letter_found){0};
    skep_buf_init(&found_out->bytes, FIND_LETTER_BYTES);
    skep_buf_init(&find.names, FIND_NAMES_BYTES);
    st = skep_letters_walk(letters, find_visit, &find, err);
    if (st == SKEP_OK && found_out->n == 0) {
        st = SKEP_EMPTY;
    } else if (st == SKEP_OK && !find.is_exact && find.n_others > 0) {
        st = skep_error_set(err, SKEP_E_CONFLICT, "\"%.40s\" is the beginning of several ids: %.40s%s%s", id,
                            found_out->id, find.names.bytes != NULL ? find.names.bytes : "",
                            find.n_others > find.n_named ? ", ..." : "");
    }
    skep_buf_release(&find.names);
    return st;
}

void skep_letter_found_release(struct skep_letter_found *found)
{
    skep_buf_release(&found->bytes);
}

int skep_letter_find_complain(skep_status status, const struct skep_error *err, const char *queue,
                              const char *id)
{
    if (status == SKEP_EMPTY) {
        skep_complain("no dead letter in queue %s has an id that is or begins with %.256s; `skep dead ls -q "
                      "%s --list` shows them",
                      queue, id, queue);
    } else {
        skep_complain("%s", skep_error_text(err, status));
    }
    return SKEP_EXIT_FAILED;
}
