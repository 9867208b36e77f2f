/* SPDX-License-Identifier: MIT */
#include "crash.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

static const char lost_mark[] = "cause=lost-worker ";
static const char worker_mark[] = " worker=";
static const char at_mark[] = " at=";

const char *skep_crash_write(const char *words, const char *worker, int64_t at_ms,
                             char text[SKEP_CRASH_BYTES])
{
    (void)snprintf(text, SKEP_CRASH_BYTES, "%.*s%s%s%s%" PRId64, SKEP_CRASH_WORDS_BYTES - 1, words,
                   worker_mark, worker, at_mark, at_ms);
    return text;
}

/* If the N bytes at TEXT end in MARK and a word: the word's length, which begins at *WORD_OUT. Else 0. */
static size_t crash_find_last(const char *text, size_t n, const char *mark, const char **word_out)
{
    size_t word_n = 0, mark_n = strlen(mark);

    while (word_n < n && text[n - word_n - 1] != ' ') {
        word_n++;
    }
    /* The blank before the word is the mark's first byte, and what follows it is part of the word. */
    if (word_n < n && word_n >= mark_n && memcmp(text + n - word_n - 1, mark, mark_n) == 0) {
        *word_out = text + n - word_n - 1 + mark_n;
        return word_n + 1 - mark_n;
    }
    return 0;
}

static void crash_copy(char *to, size_t size, const char *from, size_t n)
{
    n = n < size ? n : size - 1;
    memcpy(to, from, n);
    to[n] = '\0';
}

static void crash_read_line(const char *line, size_t n, struct skep_crash *crash)
{
    const char *word;
    size_t word_n = crash_find_last(line, n, at_mark, &word);

    *crash = (struct skep_crash){.cause = SKEP_E_CRASH};
    if (word_n > 0 && skep_parse_i64(word, word_n, &crash->at_ms)) {
        n = (size_t)(word - line) - (sizeof at_mark - 1);
        word_n = crash_find_last(line, n, worker_mark, &word);
        if (word_n > 0) {
            crash_copy(crash->worker, sizeof crash->worker, word, word_n);
            n = (size_t)(word - line) - (sizeof worker_mark - 1);
        }
    }
    if (n >= sizeof lost_mark - 1 && memcmp(line, lost_mark, sizeof lost_mark - 1) == 0) {
        crash->cause = SKEP_E_LOST_WORKER;
        line += sizeof lost_mark - 1;
        n -= sizeof lost_mark - 1;
    }
    crash_copy(crash->words, sizeof crash->words, line, n);
}

size_t skep_crash_read(const char *text, struct skep_crash *crashes_out, size_t max)
{
    size_t n_lines = 1, n = 0;

    for (const char *c = text; *c != '\0'; c++) {
        n_lines += *c == '\n';
    }
    for (; n_lines > 0; n_lines--) {
        size_t line_n = strcspn(text, "\n");
        if (n_lines <= max) {
            crash_read_line(text, line_n, &crashes_out[n++]);
        }
        text += line_n + (text[line_n] == '\n');
    }
    return n;
}
