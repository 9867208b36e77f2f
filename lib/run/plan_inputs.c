/* SPDX-License-Identifier: MIT */
/* The inputs of a sweep: which they are, what they look like, and whether they still do. */
#include "run/plan_inputs.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "npy/file.h"
#include "npy/slice.h"
#include "run/plan.h"
#include "sweep/crc32c.h"
#include "sweep/template.h"

/* ---- what they look like ---- */

static int64_t input_ns(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

/* The checksum of the first N bytes. */
static skep_status input_sum_header(int fd, size_t n, uint32_t *sum_out, struct skep_error *err)
{
    unsigned char bytes[4096];
    size_t at = 0;
    uint32_t sum = 0;

    while (at < n) {
        ssize_t got = pread(fd, bytes, n - at < sizeof bytes ? n - at : sizeof bytes, (off_t)at);
        if (got <= 0) {
            return got < 0 ? skep_error_errno(err, SKEP_E_IO, "cannot be read")
                           : skep_error_set(err, SKEP_E_INPUT_CHANGED, "was truncated just now");
        }
        sum = skep_crc32c(sum, bytes, (size_t)got);
        at += (size_t)got;
    }
    *sum_out = sum;
    return SKEP_OK;
}

/* The fingerprint of the file at PATH, and what the system says of it. */
static skep_status input_look(const struct skep_roots *roots, const char *path, size_t n,
                              struct skep_sweep_input *input, struct stat *info, struct skep_error *err)
{
    struct skep_npy_file file;
    skep_status st = skep_npy_file_open(roots, path, n, &file, err);

    if (st != SKEP_OK) {
        return st;
    }
    *info = file.info;
    input->size = (int64_t)file.info.st_size;
    input->mtime_ns = input_ns(&file.info.st_mtim);
    st = input_sum_header(file.fd, file.header.data_offset, &input->header, err);
    if (st != SKEP_OK) {
        skep_error_prefix(err, "%.*s", n < 100 ? (int)n : 100, path);
    }
    skep_npy_file_close(&file);
    return st;
}

skep_status skep_input_fingerprint(const struct skep_roots *roots, const char *ref, size_t n,
                                   struct skep_sweep_input *input_out, struct skep_error *err)
{
    struct skep_slice slice;
    struct stat info;
    size_t path_n;
    skep_status st = skep_ref_parse(ref, n, &path_n, &slice, err);

    return st == SKEP_OK ? input_look(roots, ref, path_n, input_out, &info, err) : st;
}

/* ---- whether they still do ---- */

static bool input_is_known(const struct skep_plan_input *seen, const struct stat *info)
{
    return seen->is_known && seen->info.st_dev == info->st_dev && seen->info.st_ino == info->st_ino &&
           seen->info.st_size == info->st_size && input_ns(&seen->info.st_mtim) == input_ns(&info->st_mtim) &&
           input_ns(&seen->info.st_ctim) == input_ns(&info->st_ctim);
}

static skep_status input_compare(const struct skep_sweep_input *wanted, const struct skep_sweep_input *got,
                                 struct skep_error *err)
{
    if (wanted->size != got->size) {
        return skep_error_set(err, SKEP_E_INPUT_CHANGED,
                              "%.100s: changed since the job was put: %" PRId64
                              " bytes, then it had %" PRId64,
                              wanted->path, got->size, wanted->size);
    }
    if (wanted->header != got->header) {
        return skep_error_set(err, SKEP_E_INPUT_CHANGED,
                              "%.100s: changed since the job was put: its header is another", wanted->path);
    }
    if (wanted->mtime_ns != got->mtime_ns) {
        return skep_error_set(err, SKEP_E_INPUT_CHANGED,
                              "%.100s: changed since the job was put: written to at another time",
                              wanted->path);
    }
    return SKEP_OK;
}

skep_status skep_plan_input_check(const struct skep_sweep_input *input, const struct skep_roots *roots,
                                  struct skep_plan_input *seen, struct skep_error *err)
{
    size_t n = strlen(input->path);
    struct skep_sweep_input got;
    struct stat info;
    skep_status st;

    if (skep_roots_stat(roots, input->path, n, &info) && input_is_known(seen, &info)) {
        return SKEP_OK;
    }
    seen->is_known = false;
    st = input_look(roots, input->path, n, &got, &seen->info, err);
    if (st == SKEP_OK) {
        st = input_compare(input, &got, err);
    }
    seen->is_known = st == SKEP_OK;
    return st;
}

/* ---- which they are ---- */

struct listing {
    struct skep_sweep_input *inputs;
    int n;
    struct skep_arena *arena;
};

/* The path of the reference TEXT, a template: up to its slice. */
static size_t list_path_bytes(const char *text, size_t n)
{
    const char *bracket = n > 0 && text[n - 1] == ']' ? memrchr(text, '[', n) : NULL;

    return bracket != NULL ? (size_t)(bracket - text) : n;
}

/* Add the path of a reference, if it is the same at every point and not there yet. */
static void list_add(struct listing *list, const char *text, size_t n)
{
    static const struct skep_point nowhere = {.n = 0};
    size_t path_n = list_path_bytes(text, n);
    struct skep_buf buf;
    char *path = NULL;

    skep_buf_init(&buf, 65536);
    if (!skep_template_has_variable(text, path_n) &&
        skep_template_fill(text, path_n, &nowhere, &buf, NULL) == SKEP_OK && !skep_buf_failed(&buf)) {
        path = skep_arena_strndup(list->arena, buf.length > 0 ? buf.bytes : "", buf.length);
    }
    skep_buf_release(&buf);
    for (int i = 0; i < list->n && path != NULL; i++) {
        path = strcmp(list->inputs[i].path, path) == 0 ? NULL : path;
    }
    if (path != NULL && path[0] != '\0' && list->n < SKEP_SWEEP_MAX_INPUTS) {
        list->inputs[list->n++] = (struct skep_sweep_input){.path = path};
    }
}

/* An argument that is an array: a reference, or an object with a path. */
static void list_add_array(struct listing *list, const struct skep_node *node)
{
    if (node != NULL && node->kind == SKEP_NODE_OBJECT) {
        node = skep_node_get(node, "path");
    }
    if (node != NULL && node->kind == SKEP_NODE_TEXT) {
        list_add(list, node->text, node->length);
    }
}

static void list_add_arg(struct listing *list, const struct skep_arg_spec *spec, const struct skep_node *node)
{
    switch (spec->kind) {
    case SKEP_ARG_ARRAY:
        list_add_array(list, node);
        break;
    case SKEP_ARG_ARRAYS:
        for (size_t i = 0;
             (node->kind == SKEP_NODE_ARRAY || node->kind == SKEP_NODE_OBJECT) && i < node->n_children; i++) {
            list_add_array(list, &node->children[i]);
        }
        break;
    case SKEP_ARG_F64: /* one element of an array */
        if (node->kind == SKEP_NODE_TEXT && node->length > 0 && node->text[node->length - 1] == ']') {
            list_add(list, node->text, node->length);
        }
        break;
    default:
        break;
    }
}

int skep_sweep_list_inputs(const struct skep_sweep *sweep, const struct skep_kernel *kernel,
                           struct skep_sweep_input *inputs_out, struct skep_arena *arena)
{
    struct listing list = {.inputs = inputs_out, .arena = arena};

    for (const struct skep_arg_spec *spec = kernel->args; spec->name != NULL; spec++) {
        const struct skep_node *node = skep_node_get(sweep->args, spec->name);
        if (node != NULL) {
            list_add_arg(&list, spec, node);
        }
    }
    for (int i = 0; i < sweep->n_factors; i++) {
        const struct skep_factor *factor = &sweep->factors[i];
        for (int k = 0; k < factor->n_variables; k++) {
            if (factor->grids[k].kind == SKEP_GRID_ARRAY && factor->grids[k].ref != NULL) {
                list_add(&list, factor->grids[k].ref, strlen(factor->grids[k].ref));
            }
        }
    }
    return list.n;
}
