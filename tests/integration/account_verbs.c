/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "account_verbs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void see(void *context, const char *field, int64_t value)
{
    struct seen *seen = context;

    seen->n_fields++;
    if (strstr(field, "_ms") == NULL) { /* no test knows the time */
        seen->n += (size_t)snprintf(seen->text + seen->n, sizeof seen->text - seen->n, "%s%s=%" PRId64,
                                    seen->n > 0 ? " " : "", field, value);
        assert_true(seen->n < sizeof seen->text);
    }
}

struct seen read_account(const char *job)
{
    struct seen seen = {.text = ""};
    struct skep_error err = {0};

    if (skep_account_read(verbs.watcher, &verbs.keys, job, see, &seen, &err) != SKEP_OK) {
        fail_msg("%s", err.text);
    }
    return seen;
}

void check_account(const char *job, const char *wanted)
{
    struct seen seen = read_account(job);

    assert_string_equal(seen.text, wanted);
}

void check_slowest(const char *job, const char *wanted)
{
    struct skep_account_slow slowest[SKEP_ACCOUNT_SLOWEST];
    char text[1024] = "";
    size_t n, length = 0;

    assert_int_equal(skep_account_read_slowest(verbs.watcher, &verbs.keys, job, slowest, &n, NULL), SKEP_OK);
    for (size_t i = 0; i < n; i++) {
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s:%g", i > 0 ? " " : "",
                                   slowest[i].what, slowest[i].seconds);
        assert_true(length < sizeof text);
    }
    assert_string_equal(text, wanted);
}

int64_t field_of(const char *job, const char *field)
{
    char key[SKEP_KEY_BYTES + 64];
    const struct skep_reply *reply;

    snprintf(key, sizeof key, "%s%s", verbs.keys.account_prefix, job);
    reply = say("HGET", key, field, NULL);
    return reply->kind == SKEP_REPLY_TEXT ? strtoll(reply->bytes, NULL, 10) : -1;
}

void announce(const char *job, const char *n)
{
    char field[64];

    snprintf(field, sizeof field, "n:%s", job);
    say("HSET", verbs.keys.jobs, field, n, NULL);
    say("HSET", verbs.keys.puts, job, n, NULL);
}

static const struct skep_account_add adds[] = {
    {"done:echo", 1}, {"failed:echo", 1}, {"ns:echo", 9000000000}, {"cause:timeout", 1}};
static const struct skep_account_add job_adds[] = {{"attempts", 2}, {"wall_ns", 9000000000}, {"w:W", 5}};
static const struct skep_account_slow slow[] = {{8.5, "7 host 0"}, {0.25, "8 host 1"}};
static const struct skep_account_job jobs[] = {{.job = "j",
                                                .adds = job_adds,
                                                .n_adds = 3,
                                                .peak_rss_bytes = 1000,
                                                .spent_ms = 9000,
                                                .slow = slow,
                                                .n_slow = 2}};
const struct skep_account_news news = {.adds = adds, .n_adds = 4, .jobs = jobs, .n_jobs = 1};

static const struct skep_verdict done_of_j = {.kind = SKEP_DONE, .job = "j"};

struct skep_cycle settling(void)
{
    return (struct skep_cycle){.verdicts = &done_of_j, .n_verdicts = 1, .account = &news};
}
