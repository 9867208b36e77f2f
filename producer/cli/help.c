/* SPDX-License-Identifier: MIT */
#include "producer/cli/help.h"

#include <string.h>

#include "config/describe.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"

enum { HELP_MAX_BYTES = 256 * 1024, HELP_WIDTH = 78 };

static const char help_introduction[] =
    "skep runs a file of numeric tasks over all cores, and over as many machines as\n"
    "you like, and loses none of them.\n"
    "\n"
    "  skep run tasks.jsonl               nothing else needed: results as JSON lines\n"
    "\n"
    "or with a Redis server (export SKEP_REDIS=redis://host):\n"
    "\n"
    "  skep push -q sweep tasks.jsonl     put tasks into a queue\n"
    "  skep-worker -q sweep               on every machine that is to compute\n"
    "  skep results -q sweep --follow     take the results\n"
    "\n";

/* TEXT broken between words. */
static void help_paragraph(struct skep_buf *buf, const char *text)
{
    size_t column = 0;

    while (*(text += strspn(text, " ")) != '\0') {
        size_t n = strcspn(text, " ");
        if (column > 0 && column + 1 + n > HELP_WIDTH) {
            skep_buf_add_char(buf, '\n');
            column = 0;
        } else if (column > 0) {
            skep_buf_add_char(buf, ' ');
            column++;
        }
        skep_buf_add(buf, text, n);
        column += n;
        text += n;
    }
    skep_buf_add_text(buf, "\n");
}

static void help_list(struct skep_buf *buf, const struct skep_command *const *list)
{
    for (; *list != NULL; list++) {
        if (!(*list)->is_hidden) {
            skep_buf_printf(buf, "  %-12s %s\n", (*list)->name, (*list)->summary);
        }
    }
}

int skep_help_program(void)
{
    struct skep_buf buf;

    skep_buf_init(&buf, HELP_MAX_BYTES);
    skep_buf_add_text(&buf, "Usage: skep COMMAND [OPTION...] [ARGUMENT...]\n\n");
    skep_buf_add_text(&buf, help_introduction);
    skep_buf_add_text(&buf, "Commands:\n");
    help_list(&buf, skep_commands());
    skep_buf_add_text(&buf, "\n`skep COMMAND --help` explains a command with examples.\n"
                            "Exit codes: 0 all good, 1 some task failed for good, 2 usage, 3 server out of "
                            "reach\nor refused.\n");
    return skep_print_buf(&buf);
}

size_t skep_help_pick(const struct skep_command *command, bool of_server,
                      struct skep_option rows_out[SKEP_HELP_ROWS])
{
    const struct skep_option *row = command->options;
    size_t n = 0;

    for (; row != NULL && row->name != NULL && n + 1 < SKEP_HELP_ROWS; row++) {
        bool is_of_server = skep_option_find(skep_connect_options, row->name, strlen(row->name)) != NULL;
        if (is_of_server == of_server && row->help != NULL) {
            rows_out[n++] = *row;
        }
    }
    rows_out[n] = (struct skep_option){0};
    return n;
}

static void help_options(struct skep_buf *buf, const struct skep_command *command, bool of_server,
                         const char *title)
{
    struct skep_option rows[SKEP_HELP_ROWS];

    if (skep_help_pick(command, of_server, rows) > 0) {
        skep_buf_add_text(buf, title);
        skep_options_help(rows, buf);
        skep_buf_add_char(buf, '\n');
    }
}

static void help_write_command(struct skep_buf *buf, const char *path, const struct skep_command *command)
{
    skep_buf_printf(buf, "Usage: skep %s%s %s\n\n", path, command->name, command->usage);
    for (const char *const *text = command->text; text != NULL && *text != NULL; text++) {
        help_paragraph(buf, *text);
        skep_buf_add_char(buf, '\n');
    }
    if (command->subcommands != NULL) {
        skep_buf_add_text(buf, "Commands:\n");
        help_list(buf, command->subcommands);
        skep_buf_add_char(buf, '\n');
    }
    help_options(buf, command, false, "Options:\n");
    help_options(buf, command, true, "The server:\n");
    if (command->examples != NULL) {
        skep_buf_add_text(buf, "Examples:\n");
        for (const char *const *line = command->examples; line[0] != NULL; line += 2) {
            skep_buf_printf(buf, "  %s\n      %s\n", line[0], line[1]);
        }
        skep_buf_add_char(buf, '\n');
    }
}

int skep_help_command(const char *path, const struct skep_command *command)
{
    struct skep_buf buf;

    skep_buf_init(&buf, HELP_MAX_BYTES);
    help_write_command(&buf, path, command);
    if (!skep_buf_failed(&buf) && buf.length > 0) {
        buf.length--; /* the last empty line */
    }
    return skep_print_buf(&buf);
}
