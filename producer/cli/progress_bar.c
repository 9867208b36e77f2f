/* SPDX-License-Identifier: MIT */
/* The line of a progress on a terminal. A line that is wider than its terminal wraps, and can then no longer
 * be written over. */
#include <stdio.h>
#include <string.h>

#include "producer/cli/progress.h"

enum { BAR_WIDE = 20, BAR_NARROW = 10 /* of two widths only: one that follows the words would jump */ };

#define BAR_GREEN "\033[32m"
#define BAR_RED   "\033[31m"
#define BAR_DIM   "\033[2m"
#define BAR_END   "\033[0m"

struct bar_run {
    const char *colour, *glyph, *plain;
    int n;
};

/* WIDTH glyphs and a blank: what failed, what is done, what is left. */
static size_t bar_draw(const struct skep_progress *progress, const struct skep_terminal *terminal, int width,
                       char *line, size_t size)
{
    double total = (double)progress->n_total;
    uint64_t over = progress->n_done < progress->n_total ? progress->n_done : progress->n_total;
    int n_over = (int)((double)over / total * width);
    uint64_t failed = progress->n_failed < over ? progress->n_failed : over;
    int n_failed = (int)((double)failed / total * width + 0.999); /* a single one is seen */
    struct bar_run runs[] = {{BAR_RED, "━", "x", n_failed < n_over ? n_failed : n_over},
                             {BAR_GREEN, "━", "=", 0},
                             {BAR_DIM, "─", "-", width - n_over}};
    size_t n = 0;

    runs[1].n = n_over - runs[0].n;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        const char *glyph = terminal->has_utf8 ? runs[i].glyph : runs[i].plain;
        bool has_colour = terminal->has_colour && runs[i].n > 0;
        n += (size_t)snprintf(line + n, size - n, "%s", has_colour ? runs[i].colour : "");
        for (int k = 0; k < runs[i].n; k++) {
            n += (size_t)snprintf(line + n, size - n, "%s", glyph);
        }
        n += (size_t)snprintf(line + n, size - n, "%s", has_colour ? BAR_END : "");
    }
    return n + (size_t)snprintf(line + n, size - n, " ");
}

const char *skep_progress_draw(const struct skep_progress *progress, int64_t now_ms,
                               const struct skep_terminal *terminal, char line[SKEP_PROGRESS_LINE_BYTES])
{
    char text[SKEP_PROGRESS_BYTES];
    int most = terminal->width - 1; /* in the last column the cursor may go to the next line */
    int left = most - (int)strlen(skep_progress_format(progress, now_ms, text)) - 1;
    size_t n = 0;

    if (progress->n_total > 0 && left >= BAR_NARROW) {
        n = bar_draw(progress, terminal, left >= BAR_WIDE ? BAR_WIDE : BAR_NARROW, line,
                     SKEP_PROGRESS_LINE_BYTES);
    }
    snprintf(line + n, SKEP_PROGRESS_LINE_BYTES - n, "%.*s", most > 0 ? most : 0, text);
    return line;
}
