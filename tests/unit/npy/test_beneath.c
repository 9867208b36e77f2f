/* SPDX-License-Identifier: MIT */
#include "support/test.h"
#include "support/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "npy/beneath.h"

/* A folder that holds
 *
 *     secret
 *     root/a                    root/loop -> loop
 *     root/sub/b                root/out -> ../secret
 *     root/sub/up -> ../a       root/outside -> ..
 *     root/folder -> sub        root/absolute -> /
 *     root/link -> folder/up    root/home -> (the absolute name of root)/a
 */
static char *top;
static int root_fd;

static void make_link(const char *target, const char *name)
{
    char *path = test_path(top, name);

    assert_int_equal(symlink(target, path), 0);
    free(path);
}

static void make_folder(const char *name)
{
    char *path = test_path(top, name);

    assert_int_equal(mkdir(path, 0777), 0);
    free(path);
}

static int set_up(void **state)
{
    char *path;

    (void)state;
    top = test_make_folder();
    make_folder("root");
    make_folder("root/sub");
    test_write_file(top, "secret", "s", 1);
    test_write_file(top, "root/a", "a", 1);
    test_write_file(top, "root/sub/b", "b", 1);
    make_link("../a", "root/sub/up");
    make_link("sub", "root/folder");
    make_link("folder/up", "root/link");
    make_link("loop", "root/loop");
    make_link("../secret", "root/out");
    make_link("..", "root/outside");
    make_link("/", "root/absolute");
    path = test_path(top, "root/a");
    make_link(path, "root/home");
    free(path);
    path = test_path(top, "root");
    root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    free(path);
    return root_fd < 0;
}

static int tear_down(void **state)
{
    (void)state;
    close(root_fd);
    test_remove_folder(top);
    return 0;
}

/* The lowest free descriptor: the same before and after means that none was left open. */
static int lowest_free_fd(void)
{
    int fd = dup(root_fd);

    close(fd);
    return fd;
}

/* What a path gives: the byte in the file, or an errno. */
static const struct beneath_case {
    const char *path;
    char content;
    int code;
} file_cases[] = {
    {"a", 'a', 0},
    {"./a", 'a', 0},
    {"sub/b", 'b', 0},
    {"sub//.//b", 'b', 0},
    {"sub/../a", 'a', 0},
    {"sub/up", 'a', 0},
    {"folder/b", 'b', 0},
    {"folder/../a", 'a', 0},
    {"link", 'a', 0},
    {"..", 0, EXDEV},
    {"../secret", 0, EXDEV},
    {"../root/a", 0, EXDEV},
    {"sub/../../secret", 0, EXDEV},
    {"sub/../..", 0, EXDEV},
    {"/", 0, EXDEV},
    {"/etc/passwd", 0, EXDEV},
    {"out", 0, EXDEV},
    {"outside/secret", 0, EXDEV},
    {"outside/root/a", 0, EXDEV},
    {"absolute/etc/passwd", 0, EXDEV},
    {"home", 0, EXDEV},
    {"loop", 0, ELOOP},
    {"loop/a", 0, ELOOP},
    {"", 0, ENOENT},
    {"none", 0, ENOENT},
    {"none/a", 0, ENOENT},
    {"none/../a", 0, ENOENT},
    {"a/", 0, ENOTDIR},
    {"a/.", 0, ENOTDIR},
    {"a/../a", 0, ENOTDIR},
    {"sub/up/", 0, ENOTDIR},
};

static const char *const folder_cases[] = {".", "sub", "sub/", "folder", "folder/", "sub/..", "sub/../sub/."};

/* NULL, or what is wrong with one case. Says and does not fail: it also runs in a child process. */
static const char *check_file(const struct beneath_case *c, enum skep_beneath_way way)
{
    int fd = skep_beneath_open(root_fd, c->path, O_RDONLY | O_NONBLOCK, way);
    int code = fd < 0 ? errno : 0;
    char content = 0;

    if (fd >= 0) {
        if (read(fd, &content, 1) != 1) {
            content = '?';
        }
        close(fd);
    }
    return code == c->code && content == c->content ? NULL : strerror(code);
}

static const char *check_all(enum skep_beneath_way way, const char **path_out)
{
    int free_fd = lowest_free_fd();

    for (size_t i = 0; i < sizeof file_cases / sizeof file_cases[0]; i++) {
        const char *wrong = check_file(&file_cases[i], way);
        *path_out = file_cases[i].path;
        if (wrong != NULL) {
            return wrong;
        }
        if (lowest_free_fd() != free_fd) {
            return "a descriptor is left open";
        }
    }
    return NULL;
}

static void assert_all(enum skep_beneath_way way)
{
    const char *path = "";
    const char *wrong = check_all(way, &path);

    if (wrong != NULL) {
        fail_msg("way %d, '%s': %s", way, path, wrong);
    }
}

/* ---- works, refuses ---- */

/* What stays below opens; what leaves, by `..`, an absolute path or a link, does not. */
static void test_beneath__holds_the_line(void **state)
{
    (void)state;
    assert_all(SKEP_BENEATH_AUTO);
}

/* The walk gives the same as the kernel, in each case. */
static void test_beneath__walks_as_the_kernel_does(void **state)
{
    (void)state;
    assert_all(SKEP_BENEATH_WALK);
}

/* Folders open too, by either way. */
static void test_beneath__opens_folders(void **state)
{
    (void)state;
    for (int way = SKEP_BENEATH_AUTO; way <= SKEP_BENEATH_WALK; way++) {
        for (size_t i = 0; i < sizeof folder_cases / sizeof folder_cases[0]; i++) {
            struct stat info;
            int fd =
                skep_beneath_open(root_fd, folder_cases[i], O_PATH | O_DIRECTORY, (enum skep_beneath_way)way);
            assert_true(fd >= 0);
            assert_int_equal(fstat(fd, &info), 0);
            assert_true(S_ISDIR(info.st_mode));
            assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
            close(fd);
        }
        assert_true(skep_beneath_open(root_fd, "a", O_PATH | O_DIRECTORY, (enum skep_beneath_way)way) < 0);
        assert_int_equal(errno, ENOTDIR);
    }
}

/* Names and paths that are too long, and folders too deep for the walk, are refused. */
static void test_beneath__walk_has_limits(void **state)
{
    char name[300];
    char deep[300] = "";
    int fd;

    (void)state;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_true(skep_beneath_open(root_fd, name, O_RDONLY, SKEP_BENEATH_WALK) < 0);
    assert_int_equal(errno, ENAMETOOLONG);
    for (int i = 0; i < 70; i++) {
        size_t n = strlen(deep);
        snprintf(deep + n, sizeof deep - n, "d/");
        assert_int_equal(mkdirat(root_fd, deep, 0777), 0);
    }
    assert_true(skep_beneath_open(root_fd, deep, O_PATH | O_DIRECTORY, SKEP_BENEATH_WALK) < 0);
    assert_int_equal(errno, ENAMETOOLONG);
    deep[2 * 60] = '\0';
    fd = skep_beneath_open(root_fd, deep, O_PATH | O_DIRECTORY, SKEP_BENEATH_WALK);
    assert_true(fd >= 0);
    close(fd);
}

/* ---- breaks ---- */

/* From here on openat2 fails with CODE in this process. */
static int forbid_openat2(int code)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)code),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                   prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0
               ? 0
               : -1;
}

/* Where the kernel has no openat2, or a container's filter forbids it, the walk takes over by itself. */
static void test_beneath__does_without_openat2(void **state)
{
    static const int codes[] = {ENOSYS, EPERM};

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        int status = -1;
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            const char *path = "forbid_openat2";
            const char *wrong =
                forbid_openat2(codes[i]) == 0 ? check_all(SKEP_BENEATH_AUTO, &path) : strerror(errno);
            if (wrong != NULL) {
                fprintf(stderr, "%s: %s\n", path, wrong);
            }
            _exit(wrong != NULL);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_beneath__holds_the_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beneath__walks_as_the_kernel_does, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beneath__opens_folders, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beneath__walk_has_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beneath__does_without_openat2, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
