/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "chaos/row.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/files.h"

/* Every row says what it is, under a name of its own that can be typed, and is found by it. */
static void test_row__is_complete(void **state)
{
    (void)state;
    for (const struct skep_row *const *row = skep_rows(); *row != NULL; row++) {
        const struct skep_row *it = *row;
        assert_non_null(it->perform);
        assert_true(strlen(it->fault) > 0 && strlen(it->small) > 0 && strlen(it->large) > 0);
        for (const char *c = it->name; *c != '\0'; c++) {
            assert_true(islower((unsigned char)*c) || *c == '-');
        }
        assert_ptr_equal(skep_rows_find(it->name), it); /* not found when another has its name */
    }
    assert_null(skep_rows_find("all"));
    assert_null(skep_rows_find(""));
}

/* Every row of the table is declared in row.h, where tests/faults reads their names: none is left untested.
 */
static void test_row__is_declared(void **state)
{
    char *folder = test_path(SKEP_TESTS_DIR, "../lib/chaos");
    char *text = test_read_file(folder, "row.h", NULL);
    size_t n_declared = 0, n_rows = 0;

    (void)state;
    for (const char *at = text; (at = strstr(at, "extern const struct skep_row skep_row_")) != NULL; at++) {
        n_declared++;
    }
    for (const struct skep_row *const *row = skep_rows(); *row != NULL; row++) {
        char name[64];
        snprintf(name, sizeof name, "skep_row_%s;", (*row)->name);
        for (char *c = name; *c != '\0'; c++) {
            *c = *c == '-' ? '_' : *c;
        }
        assert_non_null(strstr(text, name));
        n_rows++;
    }
    assert_int_equal(n_declared, n_rows);
    free(text);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row__is_complete),
        cmocka_unit_test(test_row__is_declared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
