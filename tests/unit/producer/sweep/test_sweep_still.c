/* SPDX-License-Identifier: MIT */
/* A sweep goes on only with the kernel and the inputs that it had. */
#include "support/test.h"
#include "support/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/kernel.h"
#include "producer/sweep/sweep_still.h"
#include "run/plan.h"

static char *folder;
static struct skep_roots *roots;
static struct skep_sweep sweep;
static struct skep_sidecar_facts facts;

/* One input, NumPy's, with its fingerprint. */
static int set_up(void **state)
{
    size_t n;
    char *bytes = test_read_file(SKEP_TESTS_DIR "/golden/npy", "f8-little.npy", &n);

    (void)state;
    folder = test_make_folder();
    test_write_file(folder, "x.npy", bytes, n);
    free(bytes);
    assert_int_equal(skep_roots_new(&roots, NULL), SKEP_OK);
    assert_int_equal(skep_roots_add(roots, folder, NULL), SKEP_OK);
    sweep = (struct skep_sweep){.kernel = "sum", .n_inputs = 1, .inputs = {{.path = "x.npy"}}};
    facts = (struct skep_sidecar_facts){.kernel_version = skep_kernel_find("sum")->version};
    assert_int_equal(skep_input_fingerprint(roots, "x.npy", 5, &sweep.inputs[0], NULL), SKEP_OK);
    sweep.inputs[0].path = "x.npy";
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    skep_roots_free(roots);
    test_remove_folder(folder);
    return 0;
}

static void check_refused(skep_status status, const char *words)
{
    struct skep_error err = {0};

    assert_int_equal(skep_sweep_check_still(&sweep, &facts, roots, &err), status);
    if (strstr(err.text, words) == NULL) {
        fail_msg("'%s' is not in '%s'", words, err.text);
    }
}

/* Nothing has changed. */
static void test_sweep_still__lets_go_on(void **state)
{
    (void)state;
    assert_int_equal(skep_sweep_check_still(&sweep, &facts, roots, NULL), SKEP_OK);
}

/* Another version of the kernel gives other numbers; a kernel that is gone gives none. */
static void test_sweep_still__refuses_another_kernel(void **state)
{
    (void)state;
    facts.kernel_version++;
    check_refused(SKEP_E_USAGE, "of sum, and this is version");
    sweep.kernel = "gone";
    check_refused(SKEP_E_UNKNOWN_KERNEL, "\"gone\"");
}

/* Size, time of change and header: each of them tells. */
static void test_sweep_still__refuses_changed_inputs(void **state)
{
    struct skep_sweep_input was = sweep.inputs[0];

    (void)state;
    sweep.inputs[0].size++;
    check_refused(SKEP_E_INPUT_CHANGED, "input-changed: x.npy");
    sweep.inputs[0] = was;
    sweep.inputs[0].mtime_ns--;
    check_refused(SKEP_E_INPUT_CHANGED, "input-changed: x.npy");
    sweep.inputs[0] = was;
    sweep.inputs[0].header ^= 1;
    check_refused(SKEP_E_INPUT_CHANGED, "input-changed: x.npy");
    sweep.inputs[0] = was;
    sweep.inputs[0].path = "none.npy";
    check_refused(SKEP_E_ARRAY_MISSING, "none.npy");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sweep_still__lets_go_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sweep_still__refuses_another_kernel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sweep_still__refuses_changed_inputs, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
