/* SPDX-License-Identifier: MIT */
/* The files for Prometheus and Grafana, and the page for those who are woken by them, fit the metrics. */
#include "support/test.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ops/exporter/families.h"
#include "support/files.h"

#define ROOT SKEP_TESTS_DIR "/.."

/* Whether NAME, N bytes, is FAMILY, or one of the samples of a histogram of that name. */
static bool is_family(const struct skep_export_family *family, const char *name, size_t n)
{
    static const char *const suffixes[] = {"_bucket", "_sum", "_count"};
    size_t length = strlen(family->name);

    if (n < length || strncmp(name, family->name, length) != 0) {
        return false;
    }
    if (strcmp(family->kind, "histogram") != 0) {
        return n == length;
    }
    for (size_t i = 0; i < 3; i++) {
        if (n == length + strlen(suffixes[i]) && strncmp(name + length, suffixes[i], n - length) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_metric(const char *name, size_t n)
{
    for (int table = 0; table < 2; table++) {
        const struct skep_export_family *row = table == 0 ? skep_export_families : skep_export_queue_families;
        for (; row->name != NULL; row++) {
            if (is_family(row, name, n)) {
                return true;
            }
        }
    }
    return false;
}

static size_t name_length(const char *at)
{
    size_t n = 0;

    while (islower((unsigned char)at[n]) || isdigit((unsigned char)at[n]) || at[n] == '_') {
        n++;
    }
    return n;
}

/* Every word of FILE that looks like a metric of skep's is one; at least LEAST are there. */
static void check_names(const char *folder, const char *file, int least)
{
    char *text = test_read_file(folder, file, NULL);
    int found = 0;

    for (const char *at = text; (at = strstr(at, "skep_")) != NULL; at += name_length(at)) {
        if (!is_metric(at, name_length(at))) {
            fail_msg("%s: %.*s is no metric", file, (int)name_length(at), at);
        }
        found++;
    }
    assert_true(found >= least);
    free(text);
}

/* An alert over a metric that does not exist never fires. */
static void test_files__alerts_use_metrics_that_exist(void **state)
{
    (void)state;
    check_names(ROOT "/ops/prometheus", "rules.yml", 14);
}

/* A panel over a metric that does not exist stays empty. */
static void test_files__panels_use_metrics_that_exist(void **state)
{
    (void)state;
    check_names(ROOT "/ops/grafana", "skep.json", 30);
}

/* Findings that alerts name are on the list; a word that is not never matches. */
static void test_files__alerts_use_findings_that_exist(void **state)
{
    char *text = test_read_file(ROOT "/ops/prometheus", "rules.yml", NULL);
    int found = 0;

    (void)state;
    for (const char *at = text; (at = strstr(at, "{finding=")) != NULL; at++) {
        const char *from = strchr(at, '"') + 1;
        const char *end = strchr(from, '"');
        while (from < end) {
            size_t n = strcspn(from, "|\"");
            bool is_word = false;
            for (int kind = 0; kind < SKEP_FINDING_KINDS; kind++) {
                const char *word = skep_finding_word((enum skep_finding_kind)kind);
                is_word = is_word || (strlen(word) == n && strncmp(word, from, n) == 0);
            }
            assert_true(is_word);
            from += n + 1;
            found++;
        }
    }
    assert_true(found >= 5);
    free(text);
}

/* Each alert has its section in docs/monitoring.md, under the anchor that its runbook names. */
static void test_files__alerts_are_documented(void **state)
{
    char *rules = test_read_file(ROOT "/ops/prometheus", "rules.yml", NULL);
    char *page = test_read_file(ROOT "/docs", "monitoring.md", NULL);
    int found = 0;

    (void)state;
    for (const char *at = rules; (at = strstr(at, "- alert: ")) != NULL; at++) {
        char name[64], heading[80], anchor[96];
        size_t n = 0;
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at + 9, "\n"), at + 9);
        snprintf(heading, sizeof heading, "\n### %s\n", name);
        if (strstr(page, heading) == NULL) {
            fail_msg("docs/monitoring.md has no section %s", name);
        }
        for (; name[n] != '\0'; n++) {
            name[n] = (char)tolower((unsigned char)name[n]);
        }
        snprintf(anchor, sizeof anchor, "docs/monitoring.md#%s\"", name);
        assert_non_null(strstr(at, anchor));
        found++;
    }
    assert_true(found >= 14);
    free(rules);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files__alerts_use_metrics_that_exist),
        cmocka_unit_test(test_files__panels_use_metrics_that_exist),
        cmocka_unit_test(test_files__alerts_use_findings_that_exist),
        cmocka_unit_test(test_files__alerts_are_documented),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
