/* SPDX-License-Identifier: MIT */
/* Lines of `name=value`, in which % and control characters are written %XX: a path may hold anything. The
 * last line is `end=1`, so that a file that was cut is known as such. */
#include "producer/run/run_plan.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/parse.h"

enum { PLAN_MAX_BYTES = 1024 * 1024 };

struct plan_row {
    const char *name;
    enum plan_kind { PLAN_TEXT, PLAN_NUMBER, PLAN_FLAG, PLAN_LIST } kind;
    size_t offset;
};

#define AT(field) offsetof(struct skep_run_plan, field)
static const struct plan_row plan_rows[] = {
    {"tasks", PLAN_TEXT, AT(tasks)},
    {"bytes", PLAN_NUMBER, AT(n_bytes)},
    {"digest", PLAN_NUMBER, AT(digest)},
    {"count", PLAN_NUMBER, AT(n_tasks)},
    {"queue", PLAN_TEXT, AT(queue)},
    {"server", PLAN_TEXT, AT(server)},
    {"socket-folder", PLAN_TEXT, AT(socket_folder)},
    {"ordered", PLAN_FLAG, AT(is_ordered)},
    {"results", PLAN_TEXT, AT(results)},
    {"array", PLAN_TEXT, AT(array)},
    {"shape", PLAN_TEXT, AT(shape)},
    {"slots", PLAN_TEXT, AT(slots)},
    {"data", PLAN_LIST, AT(data)},
    {"output", PLAN_LIST, AT(output)},
    {"max-record", PLAN_NUMBER, AT(record_bytes)},
    {"memory", PLAN_NUMBER, AT(memory_bytes)},
};
#undef AT

/* ---- writing ---- */

static void plan_add_text(struct skep_buf *buf, const char *name, const char *text)
{
    skep_buf_printf(buf, "%s=", name);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '%' || c < ' ' || c == 0x7f) {
            skep_buf_printf(buf, "%%%02X", c);
        } else {
            skep_buf_add_char(buf, *text);
        }
    }
    skep_buf_add_char(buf, '\n');
}

static void plan_add_row(struct skep_buf *buf, const struct plan_row *row, const struct skep_run_plan *plan)
{
    const void *field = (const char *)plan + row->offset;
    const struct skep_text_list *list = field;

    switch (row->kind) {
    case PLAN_TEXT:
        if (*(const char *const *)field != NULL) {
            plan_add_text(buf, row->name, *(const char *const *)field);
        }
        break;
    case PLAN_NUMBER:
        skep_buf_printf(buf, "%s=", row->name);
        skep_buf_add_u64(buf, *(const uint64_t *)field);
        skep_buf_add_char(buf, '\n');
        break;
    case PLAN_FLAG:
        skep_buf_printf(buf, "%s=%d\n", row->name, *(const bool *)field);
        break;
    case PLAN_LIST:
        for (size_t i = 0; i < list->n; i++) {
            plan_add_text(buf, row->name, list->items[i]);
        }
        break;
    }
}

static bool plan_write_file(const struct skep_buf *buf, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool good = false;
    int failure;

    if (fd < 0) {
        return false;
    }
    errno = ENOSPC; /* what a short write means */
    good = write(fd, buf->bytes, buf->length) == (ssize_t)buf->length && fsync(fd) == 0;
    failure = errno;
    good = close(fd) == 0 && good;
    errno = failure;
    return good;
}

skep_status skep_run_plan_write(const struct skep_run_plan *plan, const char *path, struct skep_error *err)
{
    char temp[PATH_MAX];
    struct skep_buf buf;
    skep_status st = SKEP_OK;

    skep_buf_init(&buf, PLAN_MAX_BYTES);
    for (size_t i = 0; i < sizeof plan_rows / sizeof plan_rows[0]; i++) {
        plan_add_row(&buf, &plan_rows[i], plan);
    }
    skep_buf_add_text(&buf, "end=1\n");
    if (skep_buf_failed(&buf) || (size_t)snprintf(temp, sizeof temp, "%s.new", path) >= sizeof temp) {
        st = skep_error_set(err, SKEP_E_IO, "%s: the plan of the run is too large", path);
    } else if (!plan_write_file(&buf, temp) || rename(temp, path) != 0) {
        st = skep_error_errno(err, SKEP_E_IO, "cannot write %s", temp);
        (void)unlink(temp);
    }
    skep_buf_release(&buf);
    return st;
}

/* ---- reading ---- */

/* %XX back to what it was, in place. */
static bool plan_decode(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++) {
        char hex[3] = "";
        char *end;
        if (*from != '%') {
            *to++ = *from;
            continue;
        }
        if (from[1] == '\0' || from[2] == '\0') {
            return false;
        }
        memcpy(hex, from + 1, 2);
        *to++ = (char)strtol(hex, &end, 16);
        if (*end != '\0') {
            return false;
        }
        from += 2;
    }
    *to = '\0';
    return true;
}

static bool plan_set(struct skep_run_plan *plan, const struct plan_row *row, char *value)
{
    void *field = (char *)plan + row->offset;
    struct skep_text_list *list = field;
    uint64_t number = 0;

    if (!plan_decode(value)) {
        return false;
    }
    switch (row->kind) {
    case PLAN_TEXT:
        *(const char **)field = value;
        return true;
    case PLAN_NUMBER:
        return skep_parse_u64(value, strlen(value), field);
    case PLAN_FLAG:
        if (!skep_parse_u64(value, strlen(value), &number) || number > 1) {
            return false;
        }
        *(bool *)field = number == 1;
        return true;
    case PLAN_LIST:
        if (list->n == SKEP_TEXT_LIST_MAX) {
            return false;
        }
        list->items[list->n++] = value;
        return true;
    }
    return false;
}

static const struct plan_row *plan_find(const char *name, size_t n)
{
    for (size_t i = 0; i < sizeof plan_rows / sizeof plan_rows[0]; i++) {
        if (strlen(plan_rows[i].name) == n && memcmp(plan_rows[i].name, name, n) == 0) {
            return &plan_rows[i];
        }
    }
    return NULL;
}

/* Lines of an unknown name are skipped: a newer skep wrote them. */
static bool plan_parse(struct skep_run_plan *plan, char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        size_t n_name = strcspn(text, "=");
        const struct plan_row *row;
        if (text[n] == '\0' || n_name >= n) {
            return false;
        }
        text[n] = '\0';
        if (strcmp(text, "end=1") == 0) {
            return plan->tasks != NULL && plan->queue != NULL && plan->n_tasks > 0;
        }
        row = plan_find(text, n_name);
        if (row != NULL && !plan_set(plan, row, text + n_name + 1)) {
            return false;
        }
        text += n + 1;
    }
    return false;
}

skep_status skep_run_plan_read(struct skep_run_plan *plan_out, const char *path, struct skep_arena *arena,
                               struct skep_error *err)
{
    char *text = skep_arena_alloc(arena, PLAN_MAX_BYTES);
    FILE *file = fopen(path, "re");
    bool has_failed;
    size_t n;

    *plan_out = (struct skep_run_plan){0};
    if (file == NULL || text == NULL) {
        skep_status st = text == NULL      ? skep_error_set(err, SKEP_E_NOMEM, "no memory for %s", path)
                         : errno == ENOENT ? SKEP_EMPTY
                                           : skep_error_errno(err, SKEP_E_IO, "%s", path);
        if (file != NULL) {
            fclose(file);
        }
        return st;
    }
    n = fread(text, 1, PLAN_MAX_BYTES - 1, file);
    has_failed = ferror(file) != 0;
    fclose(file);
    text[n] = '\0';
    if (has_failed || !plan_parse(plan_out, text)) {
        return skep_error_set(err, SKEP_E_IO, "%s cannot be read: it is damaged", path);
    }
    return SKEP_OK;
}
