/* SPDX-License-Identifier: MIT */
#include "task/timestamp.h"

#include <assert.h>
#include <string.h>

enum { MS_PER_DAY = 24 * 60 * 60 * 1000, DAYS_PER_ERA = 146097 /* 400 years */ };

struct date {
    int year, month, day;
};

/* Day numbers count from 1970-01-01. Both ways after Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms" (days_from_civil, civil_from_days): years begin in March, so that the leap day is the last.
 * Here only for days from 1970 on. */
static int64_t date_to_day(struct date date)
{
    const int64_t year = date.year - (date.month <= 2);
    const int64_t era = year / 400;
    const int64_t year_of_era = year - era * 400;
    const int64_t month_from_march = (date.month + 9) % 12;
    const int64_t day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * DAYS_PER_ERA + day_of_era - 719468;
}

static struct date day_to_date(int64_t day)
{
    const int64_t shifted = day + 719468; /* from 0000-03-01 */
    const int64_t era = shifted / DAYS_PER_ERA;
    const int64_t day_of_era = shifted % DAYS_PER_ERA;
    const int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t month_from_march = (5 * day_of_year + 2) / 153;
    const int month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);

    return (struct date){.year = (int)(year_of_era + era * 400 + (month <= 2)),
                         .month = month,
                         .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1)};
}

static void digits_put(char *to, int n, int64_t number)
{
    while (n > 0) {
        to[--n] = (char)('0' + number % 10);
        number /= 10;
    }
}

void skep_timestamp_format(int64_t ms, char *text)
{
    const struct date date = day_to_date(ms / MS_PER_DAY);
    const int64_t of_day = ms % MS_PER_DAY;

    assert(ms >= 0 && ms <= SKEP_TIMESTAMP_MAX_MS);
    memcpy(text, "0000-00-00T00:00:00.000Z", SKEP_TIMESTAMP_BYTES);
    digits_put(text, 4, date.year);
    digits_put(text + 5, 2, date.month);
    digits_put(text + 8, 2, date.day);
    digits_put(text + 11, 2, of_day / 3600000);
    digits_put(text + 14, 2, of_day / 60000 % 60);
    digits_put(text + 17, 2, of_day / 1000 % 60);
    digits_put(text + 20, 3, of_day % 1000);
}

/* What is left to read. A failure sticks, so that the reader of a whole time asks once, at the end. */
struct cursor {
    const char *at;
    const char *end;
    bool failed;
};

/* N digits with a value of at most MOST. */
static int cursor_digits(struct cursor *cursor, int n, int most)
{
    int number = 0;

    for (int i = 0; i < n; i++) {
        if (cursor->at == cursor->end || *cursor->at < '0' || *cursor->at > '9') {
            cursor->failed = true;
            return 0;
        }
        number = number * 10 + (*cursor->at++ - '0');
    }
    cursor->failed = cursor->failed || number > most;
    return number;
}

static bool cursor_accept(struct cursor *cursor, char c)
{
    if (cursor->at == cursor->end || *cursor->at != c) {
        return false;
    }
    cursor->at++;
    return true;
}

static void cursor_expect(struct cursor *cursor, char c)
{
    if (!cursor_accept(cursor, c)) {
        cursor->failed = true;
    }
}

/* ".5", ".123456": at least one digit; what is finer than a millisecond is cut. */
static int cursor_fraction_ms(struct cursor *cursor)
{
    int ms = 0;
    int weight = 100;

    if (!cursor_accept(cursor, '.')) {
        return 0;
    }
    ms = weight * cursor_digits(cursor, 1, 9);
    while (cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9') {
        weight /= 10;
        ms += weight * cursor_digits(cursor, 1, 9);
    }
    return ms;
}

/* "Z", "+01:00", "-01:00": minutes ahead of UTC. */
static int cursor_offset_minutes(struct cursor *cursor)
{
    int sign = 1;
    int hours;
    int minutes;

    if (cursor_accept(cursor, 'Z')) {
        return 0;
    }
    if (cursor_accept(cursor, '-')) {
        sign = -1;
    } else {
        cursor_expect(cursor, '+');
    }
    hours = cursor_digits(cursor, 2, 23);
    cursor_expect(cursor, ':');
    minutes = cursor_digits(cursor, 2, 59);
    return sign * (hours * 60 + minutes);
}

static struct date cursor_date(struct cursor *cursor)
{
    struct date date;
    struct date back;

    date.year = cursor_digits(cursor, 4, 9999);
    cursor_expect(cursor, '-');
    date.month = cursor_digits(cursor, 2, 12);
    cursor_expect(cursor, '-');
    date.day = cursor_digits(cursor, 2, 31);
    if (date.year < 1969 || date.month < 1 || date.day < 1) { /* 1969: an offset may lift it over the edge */
        cursor->failed = true;
        return date;
    }
    back = day_to_date(date_to_day(date)); /* February 30 comes back as March */
    cursor->failed = cursor->failed || back.month != date.month;
    return date;
}

bool skep_timestamp_parse(const char *text, size_t n, int64_t *ms_out)
{
    struct cursor cursor = {.at = text, .end = text + n};
    struct date date = cursor_date(&cursor);
    int64_t ms;

    cursor_expect(&cursor, 'T');
    ms = (int64_t)cursor_digits(&cursor, 2, 23) * 3600000;
    cursor_expect(&cursor, ':');
    ms += cursor_digits(&cursor, 2, 59) * 60000;
    cursor_expect(&cursor, ':');
    ms += cursor_digits(&cursor, 2, 59) * 1000;
    ms += cursor_fraction_ms(&cursor);
    ms -= (int64_t)cursor_offset_minutes(&cursor) * 60000;
    if (cursor.failed || cursor.at != cursor.end) {
        return false;
    }
    ms += date_to_day(date) * MS_PER_DAY;
    if (ms < 0 || ms > SKEP_TIMESTAMP_MAX_MS) {
        return false;
    }
    *ms_out = ms;
    return true;
}
