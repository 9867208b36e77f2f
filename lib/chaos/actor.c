/* SPDX-License-Identifier: MIT */
#include "chaos/actor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"

/* ---- its start ---- */

static bool actor_is_same_name(const char *one, const char *other)
{
    size_t n = strcspn(one, "=");

    return strncmp(one, other, n) == 0 && other[n] == '=';
}

/* Our environment with CHANGES; the strings are borrowed. */
static char **actor_make_environment(const char *const *changes)
{
    size_t n = 0, n_changes = 0, n_kept = 0;
    char **made;

    while (environ[n] != NULL) {
        n++;
    }
    while (changes != NULL && changes[n_changes] != NULL) {
        n_changes++;
    }
    made = skep_calloc(n + n_changes + 1, sizeof *made);
    for (size_t i = 0; made != NULL && i < n; i++) {
        bool is_replaced = strncmp(environ[i], "SKEP_", 5) == 0; /* how the user has set skep up is no part */
        for (size_t k = 0; k < n_changes; k++) {
            is_replaced = is_replaced || actor_is_same_name(changes[k], environ[i]);
        }
        if (!is_replaced) {
            made[n_kept++] = environ[i];
        }
    }
    for (size_t k = 0; made != NULL && k < n_changes; k++) {
        made[n_kept++] = (char *)(uintptr_t)changes[k];
    }
    return made;
}

/* What the child needs, made before the fork: other threads may hold the heap's locks then. */
struct actor_scene {
    const struct skep_actor_plan *plan;
    char **environment;
    pid_t parent;
    int null_fd, out_fd, log_fd, report_fd;
};

static void actor_become(const struct actor_scene *scene)
{
    const struct skep_actor_plan *plan = scene->plan;
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;
    int failure;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)sigaction(SIGPIPE, &by_default, NULL);
    (void)setsid();
    errno = 0;
    if (dup2(scene->null_fd, STDIN_FILENO) >= 0 && dup2(scene->out_fd, STDOUT_FILENO) >= 0 &&
        dup2(scene->log_fd, STDERR_FILENO) >= 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
        (plan->folder == NULL || chdir(plan->folder) == 0)) {
        if (getppid() != scene->parent) {
            _exit(1);
        }
        execve(plan->program, (char *const *)(uintptr_t)plan->args, scene->environment);
    }
    failure = errno;
    (void)!write(scene->report_fd, &failure, sizeof failure);
    _exit(127);
}

static int actor_open_log(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* Fork and hear how it went: 0, or an errno. */
static int actor_launch(struct skep_actor *actor, struct actor_scene *scene)
{
    int report[2], failure = 0;

    if (pipe2(report, O_CLOEXEC) != 0) {
        return errno;
    }
    scene->report_fd = report[1];
    scene->parent = getpid();
    actor->pid = fork();
    if (actor->pid == 0) {
        actor_become(scene);
    }
    failure = actor->pid < 0 ? errno : 0;
    close(report[1]);
    if (actor->pid > 0 && read(report[0], &failure, sizeof failure) == (ssize_t)sizeof failure) {
        (void)waitpid(actor->pid, NULL, 0);
    }
    close(report[0]);
    if (failure != 0) {
        actor->pid = 0;
    }
    return failure;
}

skep_status skep_actor_start(struct skep_actor *actor, const struct skep_actor_plan *plan,
                             struct skep_error *err)
{
    struct actor_scene scene = {.plan = plan, .environment = actor_make_environment(plan->env)};
    skep_status st = SKEP_OK;

    *actor = (struct skep_actor){0};
    snprintf(actor->log_path, sizeof actor->log_path, "%s", plan->log_path);
    scene.null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    scene.log_fd = actor_open_log(plan->log_path);
    scene.out_fd = actor_open_log(plan->out_path != NULL ? plan->out_path : plan->log_path);
    if (scene.environment == NULL || scene.null_fd < 0 || scene.log_fd < 0 || scene.out_fd < 0) {
        st = skep_error_errno(err, SKEP_E_IO, "cannot prepare %s", plan->program);
    } else {
        errno = actor_launch(actor, &scene);
        st = errno == 0 ? SKEP_OK : skep_error_errno(err, SKEP_E_IO, "cannot start %s", plan->program);
    }
    skep_free(scene.environment);
    for (int i = 0; i < 3; i++) {
        const int fds[] = {scene.null_fd, scene.log_fd, scene.out_fd};
        if (fds[i] >= 0) {
            close(fds[i]);
        }
    }
    return st;
}

/* ---- its end ---- */

bool skep_actor_is_over(struct skep_actor *actor)
{
    if (actor->pid != 0 && waitpid(actor->pid, &actor->status, WNOHANG) == actor->pid) {
        actor->pid = 0;
    }
    return actor->pid == 0;
}

bool skep_actor_wait(struct skep_actor *actor, int timeout_ms)
{
    struct pollfd end = {.fd = actor->pid != 0 ? pidfd_open(actor->pid, 0) : -1, .events = POLLIN};
    int64_t until_ms = skep_monotonic_ms() + timeout_ms;
    int64_t left_ms = timeout_ms;

    while (end.fd >= 0 && left_ms > 0 && poll(&end, 1, (int)left_ms) < 0 && errno == EINTR) {
        left_ms = until_ms - skep_monotonic_ms();
    }
    if (end.fd >= 0) {
        close(end.fd);
    }
    return skep_actor_is_over(actor);
}

void skep_actor_signal(const struct skep_actor *actor, int signal)
{
    if (actor->pid != 0) {
        (void)kill(actor->pid, signal);
    }
}

void skep_actor_end(struct skep_actor *actor, int signal, int timeout_ms)
{
    skep_actor_signal(actor, signal);
    skep_actor_signal(actor, SIGCONT);
    if (!skep_actor_wait(actor, timeout_ms)) {
        skep_actor_signal(actor, SIGKILL);
        (void)waitpid(actor->pid, &actor->status, 0);
        actor->pid = 0;
    }
}

bool skep_actor_has_succeeded(const struct skep_actor *actor)
{
    return actor->pid == 0 && WIFEXITED(actor->status) && WEXITSTATUS(actor->status) == 0;
}

/* ---- its children ---- */

static pid_t actor_parent_of(const char *pid)
{
    char path[64];
    int parent = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%.20s/stat", pid);
    f = fopen(path, "re");
    if (f != NULL) {
        if (fscanf(f, "%*d (%*[^)]) %*c %d", &parent) != 1) {
            parent = 0;
        }
        fclose(f);
    }
    return (pid_t)parent;
}

size_t skep_actor_children(const struct skep_actor *actor, pid_t *pids)
{
    DIR *proc = actor->pid != 0 ? opendir("/proc") : NULL;
    const struct dirent *entry;
    size_t n = 0;

    while (proc != NULL && (entry = readdir(proc)) != NULL && n < SKEP_ACTOR_MAX_CHILDREN) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid > 0 && actor_parent_of(entry->d_name) == actor->pid) {
            pids[n++] = (pid_t)pid;
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
    return n;
}

void skep_actor_signal_all(const struct skep_actor *actor, int signal)
{
    pid_t pids[SKEP_ACTOR_MAX_CHILDREN];
    size_t n = skep_actor_children(actor, pids);

    skep_actor_signal(actor, signal);
    for (size_t i = 0; i < n; i++) {
        (void)kill(pids[i], signal);
    }
}
