/* SPDX-License-Identifier: MIT */
/* skep man: the manual page skep(1), printed from the same rows as the help. The page is kept in docs/man,
 * and a test holds it against what this prints. */
#include <stdio.h>
#include <string.h>

#include "config/describe.h"
#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/connect.h"
#include "producer/cli/help.h"

enum { MAN_MAX_BYTES = 1024 * 1024 };

/* One line of text; what stands between backquotes is bold. */
static void man_add(struct skep_buf *buf, const char *text)
{
    bool is_bold = false;

    while (*text != '\0') {
        size_t n = strcspn(text, "`");
        char part[2048];
        if (n >= sizeof part) {
            n = sizeof part - 1;
        }
        memcpy(part, text, n);
        part[n] = '\0';
        skep_roff_add(buf, part);
        text += n;
        if (*text == '`') {
            skep_buf_add_text(buf, is_bold ? "\\fR" : "\\fB");
            is_bold = !is_bold;
            text++;
        }
    }
    skep_buf_add_char(buf, '\n');
}

static void man_add_options(struct skep_buf *buf, const struct skep_command *command, bool of_server)
{
    struct skep_option rows[SKEP_HELP_ROWS];

    if (skep_help_pick(command, of_server, rows) > 0 && !of_server) {
        skep_options_man(rows, buf);
    } else if (of_server && rows[0].name != NULL) {
        skep_buf_add_text(buf, ".PP\nand those of THE SERVER, below.\n");
    }
}

static void man_add_examples(struct skep_buf *buf, const char *const *examples)
{
    if (examples == NULL) {
        return;
    }
    skep_buf_add_text(buf, ".PP\nExamples:\n");
    for (; examples[0] != NULL; examples += 2) {
        skep_buf_add_text(buf, ".TP\n\\fB");
        skep_roff_add(buf, examples[0]);
        skep_buf_add_text(buf, "\\fR\n");
        man_add(buf, examples[1]);
    }
}

static void man_add_command(struct skep_buf *buf, const char *parent, const struct skep_command *command)
{
    skep_buf_add_text(buf, ".SS \"skep ");
    skep_roff_add(buf, parent);
    skep_roff_add(buf, command->name);
    skep_buf_add_text(buf, " ");
    skep_roff_add(buf, command->usage);
    skep_buf_add_text(buf, "\"\n");
    for (const char *const *text = command->text; text != NULL && *text != NULL; text++) {
        skep_buf_add_text(buf, ".PP\n");
        man_add(buf, *text);
    }
    man_add_options(buf, command, false);
    man_add_options(buf, command, true);
    man_add_examples(buf, command->examples);
    for (const struct skep_command *const *sub = command->subcommands; sub != NULL && *sub != NULL; sub++) {
        char path[64];
        (void)snprintf(path, sizeof path, "%s%s ", parent, command->name);
        man_add_command(buf, path, *sub);
    }
}

static const char man_head[] = ".TH SKEP 1 \"\" \"skep " SKEP_VERSION "\" \"User Commands\"\n"
                               ".SH NAME\n"
                               "skep \\- run numeric tasks over all cores and machines, and lose none\n"
                               ".SH SYNOPSIS\n"
                               ".B skep\n"
                               ".I COMMAND\n"
                               "[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
                               ".SH DESCRIPTION\n";

static const char *const man_description[] = {
    "skep takes tasks, one JSON object a line, and computes them: `skep run` with nothing but this "
    "machine, `skep push` and `skep results` over queues on a Redis server that any number of "
    "skep-worker(1) on any number of machines work on.",
    "A task names a kernel and its arguments: `{\"kernel\":\"sum\",\"args\":{\"x\":[1,2,3]}}`. Arrays "
    "are .npy files, named by reference: `\"data/a.npy[0:1000]\"`. `skep kernels` lists the kernels.",
    NULL,
};

static const char man_tail[] =
    ".SH ENVIRONMENT\n"
    ".TP\n.B SKEP_REDIS\nthe server, as \\-\\-redis\n"
    ".TP\n.B SKEP_REDIS_PASSWORD\nits password, so that no command line shows it\n"
    ".TP\n.B SKEP_QUEUE\nthe queue, as \\-\\-queue\n"
    ".TP\n.B TMPDIR\nwhere tasks from a pipe are kept while they are checked; /tmp when it is not set\n"
    ".SH EXIT STATUS\n"
    ".TP\n.B 0\nall good\n"
    ".TP\n.B 1\nsome task failed for good, or what was asked for is not there\n"
    ".TP\n.B 2\nthe command line or a task file is wrong; nothing was done\n"
    ".TP\n.B 3\nthe server is out of reach or refused, or a disk or memory failed; nothing is lost, try "
    "again\n"
    ".TP\n.B 130\ninterrupted by Ctrl\\-C\n"
    ".SH SEE ALSO\n"
    "skep\\-worker(1), redis\\-cli(1); docs/protocol.md for producers and consumers in other languages.\n";

static int man_act(const void *settings, const struct skep_operands *operands)
{
    struct skep_buf buf;

    (void)settings;
    (void)operands;
    skep_buf_init(&buf, MAN_MAX_BYTES);
    skep_buf_add_text(&buf, man_head);
    for (const char *const *text = man_description; *text != NULL; text++) {
        skep_buf_add_text(&buf, ".PP\n");
        man_add(&buf, *text);
    }
    skep_buf_add_text(&buf, ".SH COMMANDS\n");
    for (const struct skep_command *const *command = skep_commands(); *command != NULL; command++) {
        if (!(*command)->is_hidden) {
            man_add_command(&buf, "", *command);
        }
    }
    skep_buf_add_text(&buf,
                      ".SH THE SERVER\nThese options are those of every command that speaks to a server.\n");
    skep_options_man(skep_connect_options, &buf);
    skep_buf_add_text(&buf, man_tail);
    return skep_print_buf(&buf);
}

const struct skep_command skep_command_man = {
    .name = "man",
    .summary = "print the manual page",
    .usage = "",
    .is_hidden = true,
    .settings_bytes = 1,
    .act = man_act,
};
