/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t system_wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static const struct skep_clock clock_of_system = {system_wall_ms, system_monotonic_ns};
static const struct skep_clock *clock_in_use = &clock_of_system;

void skep_clock_replace(const struct skep_clock *replacement)
{
    clock_in_use = replacement != NULL ? replacement : &clock_of_system;
}

int64_t skep_wall_ms(void)
{
    return clock_in_use->wall_ms();
}

int64_t skep_monotonic_ns(void)
{
    return clock_in_use->monotonic_ns();
}

int64_t skep_monotonic_ms(void)
{
    return skep_monotonic_ns() / 1000000;
}

int64_t skep_stamp_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void skep_sleep_ms(int64_t ms)
{
    struct timespec span = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    if (ms > 0) {
        nanosleep(&span, NULL);
    }
}

const char *skep_time_format(int64_t wall_ms, char *text, size_t size)
{
    int ms = (int)((wall_ms % 1000 + 1000) % 1000); /* before 1970 too, a second counts upwards */
    time_t seconds = (time_t)(wall_ms / 1000 - (wall_ms % 1000 < 0));
    struct tm parts;
    char whole[SKEP_TIME_TEXT_BYTES];

    gmtime_r(&seconds, &parts);
    strftime(whole, sizeof whole, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text, size, "%s.%03dZ", whole, ms);
    return text;
}
