/* SPDX-License-Identifier: MIT */
#ifndef SKEP_PRODUCER_LETTER_GROUPS_H
#define SKEP_PRODUCER_LETTER_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "producer/dead/letter.h"

/* Dead letters in groups of one cause, kernel and kind of message (producer/dead/letter_pattern.h): whoever
 * looks at a million of them wants to know of the three mistakes behind them. Memory does not grow with the
 * number of letters: what belongs to no group of the first SKEP_LETTER_MAX_GROUPS is counted together. */
enum { SKEP_LETTER_MAX_GROUPS = 4096, SKEP_LETTER_N_PLACES = 2 * SKEP_LETTER_MAX_GROUPS };

struct skep_letter_group {
    uint64_t count;
    const char *cause, *kernel; /* never NULL: "-" */
    const char *pattern;
    const char *message;       /* of the first one: an example */
    const char *first_id;      /* of the first one; "-" */
    bool differs;              /* not all messages are that one */
    int64_t first_ms, last_ms; /* when the oldest and the newest failed for good; 0: not known */
};

struct skep_letter_groups {
    uint64_t n_letters;
    uint64_t n_ungrouped;
    size_t n_groups;
    struct skep_letter_group groups[SKEP_LETTER_MAX_GROUPS];
    uint16_t places[SKEP_LETTER_N_PLACES]; /* of a group, plus one; 0: free */
    struct skep_arena arena;               /* texts */
};

/* NULL when there is no memory. */
struct skep_letter_groups *skep_letter_groups_new(void);
void skep_letter_groups_free(struct skep_letter_groups *groups); /* NULL is fine */

void skep_letter_groups_add(struct skep_letter_groups *groups, const struct skep_letter *letter);

/* The largest first. Nothing can be added any more. */
void skep_letter_groups_sort(struct skep_letter_groups *groups);

#endif
