/* SPDX-License-Identifier: MIT */
/* A path of the user's own becomes a root and a name below it. */
#include "support/test.h"
#include "support/files.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "producer/sweep/array_path.h"

static char *folder;

static int set_up(void **state)
{
    (void)state;
    folder = test_make_folder();
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("sub", 0700), 0);
    assert_int_equal(mkdir("a=b", 0700), 0);
    test_write_file(folder, "te.npy", "top", 3);
    test_write_file(folder, "sub/te.npy", "sub", 3);
    test_write_file(folder, "a=b/te.npy", "odd", 3);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(chdir("/"), 0);
    test_remove_folder(folder);
    return 0;
}

/* GIVEN leads to the file that holds WORDS, under NAME. */
static void check(const char *given, const char *name, const char *words)
{
    struct skep_error err = {0};
    struct skep_roots *roots;
    const char *found;
    char text[4] = "";
    int fd;

    if (skep_array_path_open(given, &roots, &found, &err) != SKEP_OK) {
        fail_msg("%s: %s", given, err.text);
    }
    assert_string_equal(found, name);
    assert_int_equal(skep_roots_open(roots, found, strcspn(found, "["), &fd, &err), SKEP_OK);
    assert_int_equal(read(fd, text, 3), 3);
    assert_string_equal(text, words);
    close(fd);
    skep_roots_free(roots);
}

/* From the working folder on, from the root on, with a slice that has slashes, with an odd folder. */
static void test_array_path__finds_folder_and_name(void **state)
{
    char full[PATH_MAX];

    (void)state;
    check("te.npy", "te.npy", "top");
    check("./te.npy", "te.npy", "top");
    check("sub/te.npy", "te.npy", "sub");
    check("sub/../te.npy", "te.npy", "top");
    check("a=b/te.npy", "te.npy", "odd");
    check("sub/te.npy[::2]", "te.npy[::2]", "sub");
    check("te.npy[1/2]", "te.npy[1/2]", "top");
    snprintf(full, sizeof full, "%s/sub/te.npy", folder);
    check(full, "te.npy", "sub");
}

/* Two arrays have two roots. */
static void test_array_path__adds_another_root(void **state)
{
    struct skep_roots *roots;
    const char *name;
    int fd;

    (void)state;
    assert_int_equal(skep_array_path_open("te.npy", &roots, &name, NULL), SKEP_OK);
    assert_int_equal(skep_array_path_add(roots, "b", "sub/te.npy", &name, NULL), SKEP_OK);
    assert_string_equal(name, "te.npy");
    assert_int_equal(skep_roots_open(roots, "@b/te.npy", strlen("@b/te.npy"), &fd, NULL), SKEP_OK);
    close(fd);
    skep_roots_free(roots);
}

/* A folder that is not there, and one that is too long for any file system. */
static void test_array_path__refuses(void **state)
{
    struct skep_error err = {0};
    struct skep_roots *roots;
    const char *name;
    char *deep = malloc(2 * PATH_MAX);

    (void)state;
    assert_int_equal(skep_array_path_open("none/te.npy", &roots, &name, &err), SKEP_E_USAGE);
    assert_null(roots);
    assert_non_null(strstr(err.text, "none"));
    assert_non_null(deep);
    memset(deep, 'a', 2 * PATH_MAX);
    memcpy(deep + 2 * PATH_MAX - 3, "/x", 3);
    assert_int_equal(skep_array_path_open(deep, &roots, &name, NULL), SKEP_E_USAGE);
    assert_null(roots);
    free(deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_array_path__finds_folder_and_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_array_path__adds_another_root, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_array_path__refuses, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
