/* SPDX-License-Identifier: MIT */
/* A task that asks for what it may not have: its outs, arguments, paths and files. */
#include "unit/run/run_fixture.h"

#include <unistd.h>

/* An out that cannot be meant is refused before the kernel runs. */
static void test_run__refuses_an_out_before_it_computes(void **state)
{
    (void)state;
    check_outcome(
        "{\"kernel\":\"echo\",\"out\":\"x.npy[0:2]\"}", &same, SKEP_E_BAD_ARGS,
        "out: a slice of an output array belongs to a sweep; a plain task writes a whole .npy file");
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.txt\"}", &same, SKEP_E_BAD_ARGS,
                  "out: \"x.txt\" must end in .npy");
    check_outcome("{\"kernel\":\"echo\",\"out\":\".npy\"}", &same, SKEP_E_BAD_ARGS,
                  "out: \".npy\" must end in .npy");
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.npy[\"}", &same, SKEP_E_BAD_ARGS,
                  "out: array reference, column 6: '[' without ']'");
    assert_int_equal(n_calls, 0);
}

/* An out does not leave its folder: not by "..", not as an absolute path, not by a link. */
static void test_run__keeps_outputs_in_their_folder(void **state)
{
    char message[320];
    char *link = test_path(folder, "out/link"), *outside = test_path(folder, "in");

    (void)state;
    assert_int_equal(symlink(outside, link), 0);
    snprintf(message, sizeof message, "out: ../in/x.npy: leaves its root %s/out", folder);
    check_outcome("{\"kernel\":\"echo\",\"out\":\"../in/x.npy\",\"args\":{\"v\":1}}", &same, SKEP_E_BAD_ARGS,
                  message);
    snprintf(message, sizeof message, "out: /x.npy: leaves its root %s/out", folder);
    check_outcome("{\"kernel\":\"echo\",\"out\":\"/x.npy\",\"args\":{\"v\":1}}", &same, SKEP_E_BAD_ARGS,
                  message);
    snprintf(message, sizeof message, "out: link/x.npy: leaves its root %s/out", folder);
    check_outcome("{\"kernel\":\"echo\",\"out\":\"link/x.npy\",\"args\":{\"v\":1}}", &same, SKEP_E_BAD_ARGS,
                  message);
    assert_int_equal(access("/x.npy", F_OK), -1);
    free(link);
    free(outside);
}

/* A value that is no array has no place in a file. */
static void test_run__refuses_to_write_what_is_no_array(void **state)
{
    (void)state;
    check_outcome("{\"kernel\":\"echo\",\"out\":\"x.npy\"}", NULL, SKEP_E_BAD_ARGS,
                  "out: the value of this kernel is no array");
}

/* What the kernel is not given does not reach it. */
static void test_run__refuses_arguments(void **state)
{
    (void)state;
    check_outcome("{\"kernel\":\"sum\"}", NULL, SKEP_E_BAD_ARGS, "argument \"x\" is missing");
    check_outcome("{\"kernel\":\"echo\",\"args\":{\"y\":1}}", &same, SKEP_E_BAD_ARGS,
                  "unknown argument \"y\": see the arguments with: skep kernels same");
    assert_int_equal(n_calls, 0);
}

/* A reference that leads to nothing, or out of its folder. */
static void test_run__refuses_paths(void **state)
{
    char *secret = test_path(folder, "secret.npy"), *link = test_path(folder, "in/link.npy");
    char *dangling = test_path(folder, "in/dangling.npy");

    (void)state;
    copy_golden("f8-little.npy", "../secret.npy");
    assert_int_equal(symlink(secret, link), 0);
    assert_int_equal(symlink("nowhere.npy", dangling), 0);
    make_folder("in/folder.npy");
    check_reference("none.npy", SKEP_E_ARRAY_MISSING, "argument \"x\": none.npy: no such file below ", "/in");
    check_reference("@none/a.npy", SKEP_E_ARRAY_MISSING,
                    "argument \"x\": @none/a.npy: there is no data root of this name", "");
    check_reference("dangling.npy", SKEP_E_ARRAY_MISSING, "argument \"x\": dangling.npy: no such file below ",
                    "/in");
    check_reference("../secret.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": ../secret.npy: leaves its root ",
                    "/in");
    check_reference("/etc/passwd", SKEP_E_ARRAY_INVALID, "argument \"x\": /etc/passwd: leaves its root ",
                    "/in");
    check_reference("link.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": link.npy: leaves its root ", "/in");
    check_reference("folder.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": folder.npy: is a directory", "");
    free(secret);
    free(link);
    free(dangling);
}

/* A file that is not what its name says: truncated, a header that lies, objects, no .npy at all. */
static void test_run__refuses_files(void **state)
{
    size_t n;
    char *bytes = test_read_file(GOLDEN, "f8-little.npy", &n), *shape;

    (void)state;
    test_write_file(folder, "in/short.npy", bytes, n - 1);
    shape = memmem(bytes, n, "(3, 4)", 6);
    assert_non_null(shape);
    memcpy(shape, "(9, 9)", 6);
    test_write_file(folder, "in/lying.npy", bytes, n);
    test_write_file(folder, "in/text.npy", "1 2 3\n1 2 3\n", 12);
    check_reference("short.npy", SKEP_E_ARRAY_INVALID,
                    "argument \"x\": short.npy: truncated: shape (3, 4) of f8", "the file has 95");
    check_reference("lying.npy", SKEP_E_ARRAY_INVALID,
                    "argument \"x\": lying.npy: truncated: shape (9, 9) of f8", "the file has 96");
    check_reference("text.npy", SKEP_E_ARRAY_INVALID, "argument \"x\": text.npy: not a .npy file", "");
    check_reference("@golden/refused-object.npy", SKEP_E_ARRAY_INVALID,
                    "argument \"x\": @golden/refused-object.npy: dtype '|O'", "");
    check_reference("a.npy[3]", SKEP_E_BAD_ARGS,
                    "argument \"x\": a.npy: index 3 is out of bounds for axis 0 with length 3", "");
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_run__refuses_an_out_before_it_computes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__keeps_outputs_in_their_folder, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_to_write_what_is_no_array, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_arguments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_paths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_run__refuses_files, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
