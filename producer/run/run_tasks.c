/* SPDX-License-Identifier: MIT */
#include "producer/run/run_tasks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "producer/push/check.h"
#include "producer/push/check_all.h"
#include "producer/cli/command.h"
#include "producer/run/digest.h"
#include "producer/cli/stop.h"

enum { TASKS_BLOCK_BYTES = 64 * 1024 };

/* What standard input gives next; nothing at its end. Waits with an eye on whoever wants us to stop. */
static skep_status tasks_read(char *block, size_t size, size_t *n_out, struct skep_error *err)
{
    struct pollfd both[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = skep_stop_fd(), .events = POLLIN}};
    ssize_t n;

    do {
        (void)poll(both, 2, -1);
        if (skep_stop_is_asked()) {
            return SKEP_STOPPED;
        }
        n = both[0].revents != 0 ? read(STDIN_FILENO, block, size) : -1;
    } while (n < 0 && (both[0].revents == 0 || errno == EINTR || errno == EAGAIN));
    *n_out = n > 0 ? (size_t)n : 0;
    return n >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "standard input");
}

static bool tasks_write(int fd, const char *block, size_t n)
{
    while (n > 0) {
        ssize_t written = write(fd, block, n);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        block += written > 0 ? written : 0;
        n -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* What comes from standard input is kept in the state folder, where another session finds it. From then on
 * that file is our standard input. */
skep_status skep_run_tasks_copy(const struct skep_run_state *state, struct skep_error *err)
{
    char path[PATH_MAX];
    char block[TASKS_BLOCK_BYTES];
    size_t n = 1;
    int fd =
        open(skep_run_state_path(state, "tasks.jsonl", path), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    skep_status st = fd >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "%s", path);

    while (st == SKEP_OK && n > 0) {
        st = tasks_read(block, sizeof block, &n, err);
        if (st == SKEP_OK && !tasks_write(fd, block, n)) {
            st = skep_error_errno(err, SKEP_E_IO, "the copy of standard input, %s", path);
        }
    }
    if (st == SKEP_OK && fsync(fd) != 0) {
        st = skep_error_errno(err, SKEP_E_IO, "the copy of standard input, %s", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return st;
}

static skep_status tasks_use_copy(const struct skep_run_state *state, struct skep_error *err)
{
    char path[PATH_MAX];
    int fd = open(skep_run_state_path(state, "tasks.jsonl", path), O_RDONLY | O_CLOEXEC);
    skep_status st =
        fd >= 0 && dup2(fd, STDIN_FILENO) >= 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "%s", path);

    if (fd >= 0) {
        close(fd);
    }
    return st;
}

skep_status skep_run_tasks_open(struct skep_source *source, const struct skep_run_state *state,
                                const char *tasks, uint64_t record_bytes, struct skep_error *err)
{
    const char *const paths[] = {tasks};
    skep_status st = strcmp(tasks, "-") == 0 ? tasks_use_copy(state, err) : SKEP_OK;

    return st == SKEP_OK ? skep_source_open(source, paths, 1, record_bytes, err) : st;
}

/* Size and digest of the tasks, so that another session knows them again. */
skep_status skep_run_tasks_digest(struct skep_source *source, uint64_t *n_bytes_out, uint64_t *digest_out,
                                  struct skep_error *err)
{
    char block[TASKS_BLOCK_BYTES];
    uint64_t digest = SKEP_DIGEST_START;
    uint64_t n_bytes = 0;
    size_t n = 1;
    skep_status st = SKEP_OK;

    while (st == SKEP_OK && n > 0) {
        st = skep_input_read(&source->inputs[0], n_bytes, block, sizeof block, &n, err);
        digest = st == SKEP_OK ? skep_digest_add(digest, block, n) : digest;
        n_bytes += st == SKEP_OK ? n : 0;
    }
    *n_bytes_out = n_bytes;
    *digest_out = digest;
    return st;
}

int skep_run_tasks_tell(skep_status st, const struct skep_error *err)
{
    if (st == SKEP_STOPPED) {
        skep_complain("interrupted: nothing was run");
        return 128 + skep_stop_signal();
    }
    return skep_complain_error(st, err);
}

int skep_run_tasks_check(struct skep_source *source, struct skep_run_plan *plan)
{
    const struct skep_limits limits = {.record_bytes = plan->record_bytes};
    struct skep_check check;
    struct skep_check_report report;
    struct skep_error err = {0};
    skep_status st;

    skep_check_init(&check, &limits);
    st = skep_check_source(&check, source, &report, &err);
    skep_check_release(&check);
    if (st == SKEP_OK) {
        st = skep_run_tasks_digest(source, &plan->n_bytes, &plan->digest, &err);
    }
    if (st != SKEP_OK) {
        return skep_run_tasks_tell(st, &err);
    }
    if (report.n_lines == 0) {
        skep_complain("there is no task in %s: nothing was run", skep_input_name(&source->inputs[0]));
        return SKEP_EXIT_USAGE;
    }
    if (report.n_bad > 0) {
        skep_complain("%" PRIu64 " of %" PRIu64 " lines %s bad: nothing was run", report.n_bad,
                      report.n_lines, report.n_bad == 1 ? "is" : "are");
        return SKEP_EXIT_USAGE;
    }
    plan->n_tasks = report.n_lines;
    return SKEP_EXIT_OK;
}
