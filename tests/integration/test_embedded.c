/* SPDX-License-Identifier: MIT */
/* The private redis-server: what it keeps, who may reach it, and that it does not outlive us. */
#include "integration/runs.h"

#include <sys/eventfd.h>
#include <sys/stat.h>

#include "producer/run/embedded.h"

struct fixture {
    char *folder, *data, *socket;
    struct skep_embedded embedded;
    struct skep_error err;
};

static int setup(void **state)
{
    static struct fixture fixture;

    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    fixture = (struct fixture){.folder = test_make_folder(), .embedded.lock_fd = -1};
    fixture.data = test_path(fixture.folder, "redis");
    fixture.socket = test_path(fixture.folder, "redis.sock");
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    skep_embedded_release(&f->embedded);
    runs_expect_alone();
    free(f->data);
    free(f->socket);
    test_remove_folder(f->folder);
    return 0;
}

static void start(struct fixture *f)
{
    if (skep_embedded_init(&f->embedded, f->data, f->socket, -1, &f->err) != SKEP_OK ||
        skep_embedded_start(&f->embedded, -1, &f->err) != SKEP_OK) {
        fail_msg("%s", f->err.text);
    }
}

static struct skep_conn *connect_to(struct fixture *f)
{
    char url[SKEP_URL_TEXT_BYTES];

    skep_url_format(&f->embedded.url, url, sizeof url);
    return open_conn(url, (struct skep_conn_options){0});
}

static void say(struct fixture *f, const char *words)
{
    struct skep_conn *conn = connect_to(f);

    (void)ask(conn, words);
    skep_conn_free(conn);
}

static int64_t count(struct fixture *f, const char *words)
{
    struct skep_conn *conn = connect_to(f);
    int64_t n = ask(conn, words)->integer;

    skep_conn_free(conn);
    return n;
}

static bool is_over(void *context)
{
    struct fixture *f = context;
    int status;

    return skep_embedded_is_over(&f->embedded, &status);
}

/* ---- works ---- */

/* It is reached through a socket that only we may open, and nowhere else. */
static void test_embedded__is_private(void **state)
{
    struct fixture *f = *state;
    struct skep_conn *conn;
    struct stat info;

    start(f);
    assert_int_equal(stat(f->socket, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    conn = connect_to(f);
    assert_string_equal(ask(conn, "CONFIG GET port")->items[1].bytes, "0");
    assert_string_equal(ask(conn, "CONFIG GET save")->items[1].bytes, "");
    assert_string_equal(ask(conn, "CONFIG GET appendonly")->items[1].bytes, "yes");
    assert_string_equal(ask(conn, "CONFIG GET appendfsync")->items[1].bytes, "everysec");
    skep_conn_free(conn);
}

/* What it acknowledged is there again after a stop in order and after kill -9. */
static void test_embedded__keeps_what_it_acknowledged(void **state)
{
    struct fixture *f = *state;

    start(f);
    say(f, "RPUSH list a b c");
    skep_embedded_stop(&f->embedded, true);
    assert_int_equal(skep_embedded_start(&f->embedded, -1, &f->err), SKEP_OK);
    assert_int_equal(count(f, "LLEN list"), 3);
    say(f, "RPUSH list d");
    assert_int_equal(kill(f->embedded.pid, SIGKILL), 0);
    assert_true(test_until(is_over, f, CLI_MS));
    assert_int_equal(skep_embedded_start(&f->embedded, -1, &f->err), SKEP_OK);
    assert_int_equal(count(f, "LLEN list"), 4);
    assert_int_equal(f->embedded.n_starts, 3);
}

/* It dies when whoever started it is killed, and only then may another one have its folder. */
static void test_embedded__dies_with_its_starter(void **state)
{
    struct fixture *f = *state;
    int started = eventfd(0, 0);
    uint64_t one = 1;
    pid_t pid = fork();

    assert_true(started >= 0 && pid >= 0);
    if (pid == 0) {
        start(f);
        (void)!write(started, &one, sizeof one);
        for (;;) {
            (void)pause();
        }
    }
    assert_int_equal(read(started, &one, sizeof one), sizeof one);
    assert_int_equal(kill(pid, SIGKILL), 0);
    start(f); /* waits for the other one's end */
    assert_int_equal(count(f, "DBSIZE"), 0);
    skep_embedded_stop(&f->embedded, true);
    runs_expect_alone();
    close(started);
}

/* What a socket's address can hold, and what a URL can say. */
static void test_embedded__knows_which_sockets_fit(void **state)
{
    char path[109];

    (void)state;
    memset(path, 'x', sizeof path);
    path[0] = '/';
    path[108] = '\0';
    assert_false(skep_embedded_socket_fits(path));
    path[107] = '\0';
    assert_true(skep_embedded_socket_fits(path));
    assert_true(skep_embedded_socket_fits("/a b%c?d#e@f:g/\xc3\xa4"));
    assert_false(skep_embedded_socket_fits("/line\nbreak"));
    assert_false(skep_embedded_socket_fits("relative"));
}

/* One that need not remember leaves nothing on the disk, and knows nothing after its death. */
static void test_embedded__may_be_fleeting(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(skep_embedded_init(&f->embedded, f->data, f->socket, -1, &f->err), SKEP_OK);
    f->embedded.is_fleeting = true;
    assert_int_equal(skep_embedded_start(&f->embedded, -1, &f->err), SKEP_OK);
    say(f, "RPUSH a 1");
    assert_int_equal(kill(f->embedded.pid, SIGTERM), 0);
    assert_true(test_until(is_over, f, CLI_MS));
    runs_expect_entries(&(struct cli){.folder = f->data}, 1); /* the lock */
    assert_int_equal(skep_embedded_start(&f->embedded, -1, &f->err), SKEP_OK);
    assert_int_equal(count(f, "LLEN a"), 0);
}

/* ---- refuses ---- */

/* A folder in which a server runs is not given to a second one; who is told to stop meanwhile, stops. */
static void test_embedded__refuses_a_folder_in_use(void **state)
{
    struct fixture *f = *state;
    struct skep_embedded second;
    int stop = eventfd(1, 0);

    start(f);
    assert_int_equal(skep_embedded_init(&second, f->data, f->socket, stop, &f->err), SKEP_STOPPED);
    assert_int_equal(second.lock_fd, -1);
    assert_int_equal(count(f, "DBSIZE"), 0);
    close(stop);
}

/* A file that is damaged in the middle: the server's own words are shown, and nothing runs on. */
static void test_embedded__tells_of_a_damaged_file(void **state)
{
    struct fixture *f = *state;
    char *files;

    start(f);
    say(f, "RPUSH list a b c");
    skep_embedded_stop(&f->embedded, true);
    files = test_path(f->data, "appendonlydir");
    test_write_file(files, "appendonly.aof.1.incr.aof", "*3\r\nnonsense\r\n*1\r\n$4\r\nPING\r\n", 29);
    assert_int_equal(skep_embedded_start(&f->embedded, -1, &f->err), SKEP_E_UNREACHABLE);
    assert_non_null(strstr(f->err.text, "the private redis-server ended at its start: exit status 1"));
    assert_int_equal(f->embedded.pid, 0);
    free(files);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_embedded__is_private),
        TEST(test_embedded__keeps_what_it_acknowledged),
        TEST(test_embedded__may_be_fleeting),
        TEST(test_embedded__dies_with_its_starter),
        cmocka_unit_test(test_embedded__knows_which_sockets_fit),
        TEST(test_embedded__refuses_a_folder_in_use),
        TEST(test_embedded__tells_of_a_damaged_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
