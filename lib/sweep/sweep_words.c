/* SPDX-License-Identifier: MIT */
#include "sweep/sweep_words.h"

#include <string.h>

static const char *const order_words[] = {
    [SKEP_ORDER_INDEX] = "index", [SKEP_ORDER_RANDOM] = "random", [SKEP_ORDER_LONGEST] = "longest"};
static const char *const stop_words[] = {
    [SKEP_SWEEP_STOP_NONE] = "", [SKEP_SWEEP_STOP_ANY] = "any", [SKEP_SWEEP_STOP_FIRST] = "first"};

/* The place of TEXT in WORDS, not counting what is empty, or -1. */
static int word_find(const char *const *words, size_t n_words, const char *text)
{
    for (size_t i = 0; i < n_words; i++) {
        if (words[i][0] != '\0' && strcmp(words[i], text) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *skep_sweep_order_word(enum skep_sweep_order order)
{
    return order_words[order];
}

const char *skep_sweep_stop_word(enum skep_sweep_stop stop)
{
    return stop_words[stop];
}

bool skep_sweep_parse_order(const char *text, enum skep_sweep_order *order_out)
{
    const int at = word_find(order_words, sizeof order_words / sizeof order_words[0], text);

    *order_out = at < 0 ? SKEP_ORDER_INDEX : (enum skep_sweep_order)at;
    return at >= 0;
}

bool skep_sweep_parse_stop(const char *text, enum skep_sweep_stop *stop_out)
{
    const int at = word_find(stop_words, sizeof stop_words / sizeof stop_words[0], text);

    *stop_out = at < 0 ? SKEP_SWEEP_STOP_NONE : (enum skep_sweep_stop)at;
    return at >= 0;
}
