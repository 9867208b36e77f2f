/* SPDX-License-Identifier: MIT */
#include "producer/ask/doctor_view.h"

#include <string.h>

#include "base/clock.h"
#include "producer/cli/words.h"
#include "task/json.h"

enum { VIEW_NAME_WIDTH = 12, VIEW_MAX_BYTES = 4096 };

static const struct {
    const char *text, *json;
} view_states[] = {
    [SKEP_DOCTOR_UNASKED] = {"", "not-asked"}, [SKEP_DOCTOR_NONE] = {"-", "none"},
    [SKEP_DOCTOR_OK] = {"ok", "ok"},           [SKEP_DOCTOR_WARN] = {"warn", "warning"},
    [SKEP_DOCTOR_FAIL] = {"FAIL", "failure"},
};

void skep_doctor_write_line(struct skep_buf *buf, const struct skep_doctor_check *check,
                            const struct skep_doctor_verdict *verdict)
{
    if (verdict->words[0] == '\0') {
        return;
    }
    skep_buf_printf(buf, "%-5s %-*s ", view_states[verdict->state].text, VIEW_NAME_WIDTH, check->name);
    skep_words_add_harmless(buf, verdict->words, strlen(verdict->words), VIEW_MAX_BYTES);
    skep_buf_add_char(buf, '\n');
    if (verdict->fix[0] != '\0') {
        skep_buf_printf(buf, "%-*s fix: ", VIEW_NAME_WIDTH + 6, "");
        skep_words_add_harmless(buf, verdict->fix, strlen(verdict->fix), VIEW_MAX_BYTES);
        skep_buf_add_char(buf, '\n');
    }
}

/* How many checks ended so. */
static size_t view_count(const struct skep_doctor *doctor, enum skep_doctor_state state)
{
    size_t n_checks, n = 0;

    (void)skep_doctor_checks(&n_checks);
    for (size_t i = 0; i < n_checks; i++) {
        n += doctor->verdicts[i].state == state;
    }
    return n;
}

void skep_doctor_write_summary(struct skep_buf *buf, const struct skep_doctor *doctor)
{
    size_t n_good = view_count(doctor, SKEP_DOCTOR_OK), n_warn = view_count(doctor, SKEP_DOCTOR_WARN);
    size_t n_fail = view_count(doctor, SKEP_DOCTOR_FAIL), n_left = view_count(doctor, SKEP_DOCTOR_UNASKED);

    skep_buf_printf(buf, "\n%zu good, %zu warning%s, %zu failure%s", n_good, n_warn,
                    skep_words_plural(n_warn), n_fail, skep_words_plural(n_fail));
    if (n_left > 0) {
        skep_buf_printf(buf, "; %zu check%s not made%s", n_left, skep_words_plural(n_left),
                        doctor->settings->goes_on ? "" : " (--all makes those that can be)");
    }
    skep_buf_add_char(buf, '\n');
}

static void view_add_text(struct skep_buf *buf, const char *key, const char *text)
{
    skep_json_add_key(buf, key);
    if (text != NULL && text[0] != '\0') {
        skep_json_add_text(buf, text, strlen(text));
    } else {
        skep_buf_add_text(buf, "null");
    }
}

void skep_doctor_write_json(struct skep_buf *buf, const struct skep_doctor *doctor, int exit_code,
                            int64_t now_ms)
{
    char text[SKEP_URL_TEXT_BYTES];
    size_t n;
    const struct skep_doctor_check *checks = skep_doctor_checks(&n);

    skep_buf_add_char(buf, '{');
    view_add_text(buf, "at", skep_time_format(now_ms, text, sizeof text));
    skep_url_format(&doctor->url, text, sizeof text);
    view_add_text(buf, "server", doctor->is_private ? NULL : text);
    view_add_text(buf, "queue", doctor->has_queue ? doctor->keys.name : NULL);
    view_add_text(buf, "role", doctor->settings->role);
    skep_json_add_key(buf, "exit");
    skep_buf_add_i64(buf, exit_code);
    skep_json_add_key(buf, "checks");
    skep_buf_add_char(buf, '[');
    for (size_t i = 0; i < n; i++) {
        const struct skep_doctor_verdict *verdict = &doctor->verdicts[i];
        skep_buf_add_text(buf, i > 0 ? ",{" : "{");
        view_add_text(buf, "check", checks[i].name);
        view_add_text(buf, "state", view_states[verdict->state].json);
        view_add_text(buf, "words", verdict->words);
        view_add_text(buf, "fix", verdict->fix);
        skep_buf_add_char(buf, '}');
    }
    skep_buf_add_text(buf, "]}\n");
}

static void view_add_time(struct skep_buf *buf, int64_t now_ms)
{
    char text[SKEP_TIME_TEXT_BYTES];

    skep_buf_printf(buf, "%s ", skep_time_format(now_ms, text, sizeof text));
}

bool skep_doctor_write_news(struct skep_buf *buf, const struct skep_doctor *doctor,
                            struct skep_doctor_memory *memory, int64_t now_ms)
{
    bool is_first = !memory->has_looked, is_new = false;
    size_t n;
    const struct skep_doctor_check *checks = skep_doctor_checks(&n);

    for (size_t i = 0; i < n; i++) {
        enum skep_doctor_state state = doctor->verdicts[i].state;
        enum skep_doctor_state before =
            memory->states[i] != SKEP_DOCTOR_UNASKED ? memory->states[i] : SKEP_DOCTOR_OK;
        if (state == SKEP_DOCTOR_UNASKED || state == SKEP_DOCTOR_NONE) {
            continue;
        }
        if (state != before) {
            view_add_time(buf, now_ms);
            skep_doctor_write_line(buf, &checks[i], &doctor->verdicts[i]);
            is_new = true;
        }
        memory->states[i] = state;
    }
    memory->has_looked = true;
    if (is_first && !is_new) {
        view_add_time(buf, now_ms);
        skep_buf_printf(buf, "ok    all %zu checks\n", view_count(doctor, SKEP_DOCTOR_OK));
        is_new = true;
    }
    return is_new;
}
