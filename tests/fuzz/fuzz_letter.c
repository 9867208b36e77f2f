/* SPDX-License-Identifier: MIT */
/* A dead letter, as anybody who can write to the list may have put it there: it is read, grouped, looked for,
 * shown and requeued. What a requeue puts into the queue is what the script would, and a worker can read it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "producer/dead/letter.h"
#include "producer/dead/letter_groups.h"
#include "producer/cli/words.h"
#include "run/run.h"
#include "task/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool truth)
{
    if (!truth) {
        abort();
    }
}

static bool is_end_of(const struct skep_bytes *part, const struct skep_bytes *whole)
{
    return part->n <= whole->n && part->bytes + part->n == whole->bytes + whole->n;
}

/* What scripts/sift.lua cuts off: everything to the end of a first line of skep's. */
static void check_fresh(const struct skep_letter *letter)
{
    const char *end = memchr(letter->whole.bytes, '\n', letter->whole.n);

    demand(is_end_of(&letter->fresh, &letter->whole) && is_end_of(&letter->record, &letter->fresh));
    if (letter->fresh.n < letter->whole.n) {
        demand(memcmp(letter->whole.bytes, "#skep ", 6) == 0);
        demand(end != NULL ? letter->fresh.bytes == end + 1 : letter->fresh.n == 0);
    }
}

static void check_wanted(const struct skep_letter *letter)
{
    char wanted[SKEP_LETTER_WANTED_BYTES];

    if (letter->header.id != NULL &&
        skep_letter_wanted(&(struct skep_header){.id = letter->header.id}, wanted)) {
        demand(wanted[0] == ' ' && strlen(wanted) < sizeof wanted && wanted[strlen(wanted) - 1] == ' ');
    }
}

static void check_groups(const struct skep_letter *letter)
{
    struct skep_letter_groups *groups = skep_letter_groups_new();

    demand(groups != NULL);
    skep_letter_groups_add(groups, letter);
    skep_letter_groups_add(groups, letter);
    skep_letter_groups_sort(groups);
    demand(groups->n_letters == 2 && groups->n_groups == 1 && groups->groups[0].count == 2);
    demand(strcmp(groups->groups[0].cause, letter->header.cause) == 0);
    skep_letter_groups_free(groups);
}

static void check_shown(const struct skep_bytes *bytes)
{
    struct skep_buf shown;

    skep_buf_init(&shown, 64 << 20);
    skep_words_add_harmless(&shown, bytes->bytes, bytes->n, 1000);
    demand(!skep_buf_failed(&shown) &&
           skep_text_is_printable(shown.bytes != NULL ? shown.bytes : "", shown.length));
    skep_buf_release(&shown);
}

static void check_run(const struct skep_bytes *fresh, struct skep_arena *arena)
{
    static const struct skep_run run;
    struct skep_work work;

    skep_work_read(&run, fresh->bytes, fresh->n, arena, &work);
    demand(work.id != NULL && work.id[0] != '\0');
    demand(work.body >= fresh->bytes && work.body + work.body_n == fresh->bytes + fresh->n);
    demand(work.status == SKEP_OK ? work.kernel != NULL && work.task.kernel != NULL
                                  : work.err.text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct skep_bytes bytes = {(const char *)data, size};
    struct skep_letter letter;
    struct skep_arena arena;

    skep_arena_init(&arena, 256 << 20);
    skep_letter_read(&bytes, &arena, &letter);
    demand(letter.header.cause != NULL && letter.message != NULL);
    check_fresh(&letter);
    check_wanted(&letter);
    check_groups(&letter);
    check_shown(&letter.record);
    check_run(&letter.fresh, &arena);
    skep_arena_release(&arena);
    return 0;
}
