/* SPDX-License-Identifier: MIT */
#include "bench/kernels/coprocess.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/kernels/inputs.h"

static struct {
    pid_t pid; /* 0: not started */
    FILE *to, *from;
    char answer[4096];
} python;

const char *bench_python(void)
{
    const char *named = getenv("SKEP_PYTHON");

    if (named != NULL) {
        return named;
    }
    return access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
}

/* One thread each: what is compared is what a core does. */
static void coprocess_exec(int in, int out)
{
    static const char *const variables[] = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
                                            "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS"};

    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        setenv(variables[i], "1", 1);
    }
    if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0) {
        execlp(bench_python(), bench_python(), SKEP_BENCH_DIR "/peers.py", (char *)NULL);
    }
    _exit(127);
}

static void coprocess_start(void)
{
    int to[2], from[2];

    if (pipe(to) != 0 || pipe(from) != 0) {
        bench_die("no pipe");
    }
    signal(SIGPIPE, SIG_IGN);
    fflush(stdout);
    python.pid = fork();
    if (python.pid == 0) {
        close(to[1]);
        close(from[0]);
        coprocess_exec(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    python.to = fdopen(to[1], "w");
    python.from = fdopen(from[0], "r");
    if (python.pid < 0 || python.to == NULL || python.from == NULL) {
        bench_die("no process for Python");
    }
}

const char *bench_ask(const char *format, ...)
{
    va_list args;

    if (python.pid == 0) {
        coprocess_start();
    }
    va_start(args, format);
    vfprintf(python.to, format, args);
    va_end(args);
    fputc('\n', python.to);
    fflush(python.to);
    if (fgets(python.answer, sizeof python.answer, python.from) == NULL) {
        return "missing python3 and python3-numpy";
    }
    python.answer[strcspn(python.answer, "\n")] = '\0';
    return python.answer;
}

void bench_ask_end(void)
{
    if (python.pid != 0) {
        fclose(python.to);
        fclose(python.from);
        waitpid(python.pid, NULL, 0);
        python.pid = 0;
    }
}
