/* SPDX-License-Identifier: MIT */
#include "producer/cli/short.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "producer/cli/words.h"

enum { SHORT_IN_FULL = 99999 };

static const char *short_is(const char *word, char *text)
{
    snprintf(text, SKEP_SHORT_BYTES, "%s", word);
    return text;
}

/* Three figures and the unit of STEP: 1.23M. */
static const char *short_scaled(double number, double step, const char *const *units, size_t n, char *text)
{
    size_t unit = 0;

    while (number >= step * 0.9995 && unit + 1 < n) { /* 999.5 would be shown as 1000 */
        number /= step;
        unit++;
    }
    snprintf(text, SKEP_SHORT_BYTES,
             number < 9.995   ? "%.2f%s"
             : number < 99.95 ? "%.1f%s"
                              : "%.0f%s",
             number, units[unit]);
    return text;
}

static const char *const short_thousands[] = {"", "k", "M", "G", "T", "P", "E"};

const char *skep_short_count(int64_t count, char text[SKEP_SHORT_BYTES])
{
    char words[SKEP_WORDS_BYTES];

    if (count >= -SHORT_IN_FULL && count <= SHORT_IN_FULL) {
        return short_is(skep_words_number(count, words), text);
    }
    return short_scaled((double)count, 1000, short_thousands,
                        sizeof short_thousands / sizeof short_thousands[0], text);
}

const char *skep_short_rate(double per_s, char text[SKEP_SHORT_BYTES])
{
    if (!isfinite(per_s) || per_s < 0) {
        return short_is("-", text);
    }
    if (per_s >= 99.95) {
        return skep_short_count((int64_t)(per_s < 9e17 ? per_s + 0.5 : 9e17), text);
    }
    snprintf(text, SKEP_SHORT_BYTES, per_s == 0 ? "0" : per_s < 0.995 ? "%.2f" : "%.1f", per_s);
    return text;
}

const char *skep_short_seconds(double s, char text[SKEP_SHORT_BYTES])
{
    int64_t whole;

    if (isnan(s)) {
        return short_is("-", text);
    }
    if (s > 3.2e9) { /* a century */
        return short_is("never", text);
    }
    s = s > 0 ? s : 0;
    if (s < 9.95) {
        snprintf(text, SKEP_SHORT_BYTES, "%.1fs", s);
        return text;
    }
    whole = (int64_t)(s + 0.5);
    if (whole < 100) {
        snprintf(text, SKEP_SHORT_BYTES, "%" PRId64 "s", whole);
    } else if (whole < 3600) {
        snprintf(text, SKEP_SHORT_BYTES, "%" PRId64 "m%02" PRId64 "s", whole / 60, whole % 60);
    } else if (whole < 86400) {
        snprintf(text, SKEP_SHORT_BYTES, "%" PRId64 "h%02" PRId64 "m", whole / 3600, whole % 3600 / 60);
    } else if (whole < 86400 * 100LL) {
        snprintf(text, SKEP_SHORT_BYTES, "%" PRId64 "d%02" PRId64 "h", whole / 86400, whole % 86400 / 3600);
    } else if (whole < 86400 * 1000LL) {
        snprintf(text, SKEP_SHORT_BYTES, "%" PRId64 "d", whole / 86400);
    } else {
        snprintf(text, SKEP_SHORT_BYTES, "%.1fy", (double)whole / 31557600);
    }
    return text;
}

const char *skep_short_age(int64_t ms, char text[SKEP_SHORT_BYTES])
{
    return skep_short_seconds(ms >= 0 ? (double)ms / 1000 : NAN, text);
}

const char *skep_short_time(double s, char text[SKEP_SHORT_BYTES])
{
    if (!(s < 9.95)) {
        return skep_short_seconds(s, text);
    }
    s = s > 0 ? s : 0;
    if (s < 0.9995e-3) {
        snprintf(text, SKEP_SHORT_BYTES, s < 9.95e-6 ? "%.1fus" : "%.0fus", s * 1e6);
    } else if (s < 0.9995) {
        snprintf(text, SKEP_SHORT_BYTES, s < 9.95e-3 ? "%.1fms" : "%.0fms", s * 1e3);
    } else {
        snprintf(text, SKEP_SHORT_BYTES, "%.2fs", s);
    }
    return text;
}

const char *skep_short_bytes(int64_t bytes, char text[SKEP_SHORT_BYTES])
{
    static const char *const units[] = {"B", "K", "M", "G", "T", "P", "E"};

    if (bytes < 0) {
        return short_is("-", text);
    }
    if (bytes < 1000) {
        snprintf(text, SKEP_SHORT_BYTES, "%" PRId64 "B", bytes);
        return text;
    }
    return short_scaled((double)bytes / 1024, 1024, units + 1, sizeof units / sizeof units[0] - 1, text);
}
