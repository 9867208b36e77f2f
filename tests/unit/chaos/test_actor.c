/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"
#include "support/until.h"
#include "chaos/actor.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { ACTOR_MS = 60000 };

struct stage {
    char *folder, *log, *out;
};

static int set_up(void **state)
{
    static struct stage stage;

    stage.folder = test_make_folder();
    stage.log = test_path(stage.folder, "log");
    stage.out = test_path(stage.folder, "out");
    *state = &stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;

    free(stage->log);
    free(stage->out);
    test_remove_folder(stage->folder);
    return 0;
}

static void start(const struct stage *stage, struct skep_actor *actor, const char *script)
{
    const char *const args[] = {"sh", "-c", script, NULL};
    const char *const env[] = {"ACTOR=hello", NULL};
    const struct skep_actor_plan plan = {.program = "/bin/sh",
                                         .args = args,
                                         .folder = stage->folder,
                                         .log_path = stage->log,
                                         .out_path = stage->out,
                                         .env = env};

    assert_int_equal(skep_actor_start(actor, &plan, NULL), SKEP_OK);
}

static void expect_file(const struct stage *stage, const char *name, const char *text)
{
    char *got = test_read_file(stage->folder, name, NULL);

    assert_string_equal(got, text);
    free(got);
}

/* A process runs in its folder with its environment, writes where it is told, and its end is known. */
static void test_actor__plays_its_part(void **state)
{
    struct stage *stage = *state;
    struct skep_actor actor;

    assert_int_equal(setenv("SKEP_QUEUE", "the user's", 1), 0);
    start(stage, &actor, "echo $ACTOR $SKEP_QUEUE; echo words >&2; touch here");
    assert_true(skep_actor_wait(&actor, ACTOR_MS));
    assert_true(skep_actor_is_over(&actor));
    assert_true(skep_actor_has_succeeded(&actor));
    expect_file(stage, "out", "hello\n");
    expect_file(stage, "log", "words\n");
    expect_file(stage, "here", "");
    start(stage, &actor, "exit 3");
    assert_true(skep_actor_wait(&actor, ACTOR_MS));
    assert_false(skep_actor_has_succeeded(&actor));
    assert_int_equal(WEXITSTATUS(actor.status), 3);
}

struct family {
    struct skep_actor *actor;
    pid_t pids[SKEP_ACTOR_MAX_CHILDREN];
};

static bool has_two_children(void *context)
{
    struct family *family = context;

    return skep_actor_children(family->actor, family->pids) == 2;
}

static bool is_gone(void *pid)
{
    return kill(*(const pid_t *)pid, 0) != 0;
}

/* Its children are found, and what is done to all of them is done to all of them. */
static void test_actor__is_killed_with_its_children(void **state)
{
    struct stage *stage = *state;
    struct skep_actor actor;
    struct family family = {.actor = &actor};

    start(stage, &actor, "sleep 1000 & sleep 1000 & wait");
    assert_true(test_until(has_two_children, &family, ACTOR_MS));
    skep_actor_signal_all(&actor, SIGKILL);
    assert_true(skep_actor_wait(&actor, ACTOR_MS));
    assert_true(WIFSIGNALED(actor.status) && WTERMSIG(actor.status) == SIGKILL);
    assert_true(test_until(is_gone, &family.pids[0], ACTOR_MS));
    assert_true(test_until(is_gone, &family.pids[1], ACTOR_MS));
}

/* One that does not listen is killed; one that is stopped too. Nothing happens to one that does not run. */
static void test_actor__is_ended(void **state)
{
    struct stage *stage = *state;
    struct skep_actor actor;

    start(stage, &actor, "trap '' TERM; while :; do sleep 1000; done");
    skep_actor_signal(&actor, SIGSTOP);
    skep_actor_end(&actor, SIGTERM, 0);
    assert_true(skep_actor_is_over(&actor));
    skep_actor_end(&actor, SIGTERM, 0);
    skep_actor_signal(&actor, SIGTERM);
    assert_int_equal(skep_actor_children(&actor, (pid_t[SKEP_ACTOR_MAX_CHILDREN]){0}), 0);
}

/* A program that is not there, and a log that cannot be written, are told. */
static void test_actor__refuses_what_cannot_start(void **state)
{
    struct stage *stage = *state;
    static const char *const args[] = {"nonesuch", NULL};
    struct skep_actor_plan plan = {.program = "/nonexistent/program", .args = args, .log_path = stage->log};
    struct skep_actor actor;
    struct skep_error err = {0};

    assert_int_equal(skep_actor_start(&actor, &plan, &err), SKEP_E_IO);
    assert_non_null(strstr(err.text, "No such file"));
    assert_true(skep_actor_is_over(&actor));
    plan.log_path = "/nonexistent/log";
    assert_int_equal(skep_actor_start(&actor, &plan, NULL), SKEP_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_actor__plays_its_part, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_actor__is_killed_with_its_children, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_actor__is_ended, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_actor__refuses_what_cannot_start, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
