/* SPDX-License-Identifier: MIT */
#include "producer/dead/letter_groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "producer/dead/letter_pattern.h"

enum { GROUPS_ARENA_BYTES = 64 * 1024 * 1024 };

struct skep_letter_groups *skep_letter_groups_new(void)
{
    struct skep_letter_groups *groups = skep_calloc(1, sizeof *groups);

    if (groups != NULL) {
        skep_arena_init(&groups->arena, GROUPS_ARENA_BYTES);
    }
    return groups;
}

void skep_letter_groups_free(struct skep_letter_groups *groups)
{
    if (groups != NULL) {
        skep_arena_release(&groups->arena);
        skep_free(groups);
    }
}

static const char *groups_or_dash(const char *text)
{
    return text != NULL && text[0] != '\0' ? text : "-";
}

static uint64_t groups_hash(uint64_t hash, const char *text)
{
    do {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211); /* FNV-1a, with the NUL */
    } while (*text++ != '\0');
    return hash;
}

static const char *groups_keep(struct skep_letter_groups *groups, const char *text)
{
    return skep_arena_strndup(&groups->arena, text, strlen(text));
}

static void groups_begin(struct skep_letter_groups *groups, const struct skep_letter *letter,
                         const char *pattern, size_t place)
{
    struct skep_letter_group group = {
        .count = 1, .first_ms = letter->header.at_ms, .last_ms = letter->header.at_ms};

    if (groups->n_groups == SKEP_LETTER_MAX_GROUPS) {
        groups->n_ungrouped++;
        return;
    }
    group.cause = groups_keep(groups, letter->header.cause);
    group.kernel = groups_keep(groups, groups_or_dash(letter->header.kernel));
    group.pattern = groups_keep(groups, pattern);
    group.message = groups_keep(groups, letter->message);
    group.first_id = groups_keep(groups, groups_or_dash(letter->header.id));
    if (group.cause == NULL || group.kernel == NULL || group.pattern == NULL || group.message == NULL ||
        group.first_id == NULL) {
        groups->n_ungrouped++;
        return;
    }
    groups->groups[groups->n_groups++] = group;
    groups->places[place] = (uint16_t)groups->n_groups;
}

static void groups_join(struct skep_letter_group *group, const struct skep_letter *letter)
{
    int64_t at_ms = letter->header.at_ms;

    group->count++;
    group->differs = group->differs || strcmp(group->message, letter->message) != 0;
    group->first_ms =
        at_ms > 0 && (at_ms < group->first_ms || group->first_ms == 0) ? at_ms : group->first_ms;
    group->last_ms = at_ms > group->last_ms ? at_ms : group->last_ms;
}

void skep_letter_groups_add(struct skep_letter_groups *groups, const struct skep_letter *letter)
{
    const char *kernel = groups_or_dash(letter->header.kernel);
    char pattern[SKEP_LETTER_PATTERN_BYTES];
    uint64_t hash = UINT64_C(14695981039346656037);
    size_t place;

    (void)skep_letter_pattern(letter->message, pattern, sizeof pattern);
    hash = groups_hash(groups_hash(groups_hash(hash, letter->header.cause), kernel), pattern);
    groups->n_letters++;
    for (place = hash % SKEP_LETTER_N_PLACES; groups->places[place] != 0;
         place = (place + 1) % SKEP_LETTER_N_PLACES) {
        struct skep_letter_group *group = &groups->groups[groups->places[place] - 1];
        if (strcmp(group->cause, letter->header.cause) == 0 && strcmp(group->kernel, kernel) == 0 &&
            strcmp(group->pattern, pattern) == 0) {
            groups_join(group, letter);
            return;
        }
    }
    groups_begin(groups, letter, pattern, place);
}

/* The largest first; of equal ones that with the smaller name, so that the order is always the same. */
static int groups_compare(const void *a, const void *b)
{
    const struct skep_letter_group *x = a, *y = b;
    int by_cause = strcmp(x->cause, y->cause);

    if (x->count != y->count) {
        return x->count < y->count ? 1 : -1;
    }
    return by_cause != 0 ? by_cause : strcmp(x->pattern, y->pattern);
}

void skep_letter_groups_sort(struct skep_letter_groups *groups)
{
    qsort(groups->groups, groups->n_groups, sizeof groups->groups[0], groups_compare);
}
