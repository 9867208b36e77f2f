/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "chaos/programs.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct stage {
    char *folder, *program;
    char found[PATH_MAX];
};

static int set_up(void **state)
{
    static struct stage stage;

    stage.folder = test_make_folder();
    test_write_file(stage.folder, "nonesuch-tool", "", 0);
    stage.program = test_path(stage.folder, "nonesuch-tool");
    assert_int_equal(chmod(stage.program, 0755), 0);
    *state = &stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    free(stage->program);
    test_remove_folder(stage->folder);
    return 0;
}

/* A program is found in the folder that is named, and by PATH where none is. */
static void test_programs__are_found(void **state)
{
    struct stage *stage = *state;
    char *path = strdup(getenv("PATH"));

    assert_int_equal(skep_programs_find(stage->folder, "nonesuch-tool", stage->found, NULL), SKEP_OK);
    assert_string_equal(stage->found, stage->program);
    assert_int_equal(setenv("PATH", "::/nonexistent", 1), 0);
    assert_int_equal(skep_programs_find(NULL, "nonesuch-tool", stage->found, NULL), SKEP_E_UNREACHABLE);
    assert_int_equal(setenv("PATH", stage->folder, 1), 0);
    assert_int_equal(skep_programs_find(NULL, "nonesuch-tool", stage->found, NULL), SKEP_OK);
    assert_string_equal(stage->found, stage->program);
    assert_int_equal(setenv("PATH", path, 1), 0);
    free(path);
}

/* Without a folder what stands beside the running program comes first. */
static void test_programs__are_found_beside_us(void **state)
{
    struct stage *stage = *state;

    assert_int_equal(skep_programs_find(NULL, "unit_chaos_test_programs", stage->found, NULL), SKEP_OK);
    assert_non_null(strstr(stage->found, "/unit_chaos_test_programs"));
}

/* What is not there, or is no program, is told by its name. */
static void test_programs__are_missed(void **state)
{
    struct stage *stage = *state;
    struct skep_error err = {0};

    assert_int_equal(chmod(stage->program, 0644), 0);
    assert_int_equal(skep_programs_find(stage->folder, "nonesuch-tool", stage->found, &err),
                     SKEP_E_UNREACHABLE);
    assert_non_null(strstr(err.text, "there is no nonesuch-tool in"));
    assert_int_equal(skep_programs_find_in_path("nonesuch-tool", stage->found, NULL), SKEP_E_UNREACHABLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_programs__are_found, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_programs__are_found_beside_us, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_programs__are_missed, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
