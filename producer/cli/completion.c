/* SPDX-License-Identifier: MIT */
/* skep completion bash: the completion of this program for a shell, printed from the rows. It is kept in
 * ops/completion, and a test holds it against what this prints. */
#include <stdio.h>
#include <string.h>

#include "producer/cli/command.h"
#include "producer/commands.h"

enum { COMPLETION_MAX_BYTES = 256 * 1024 };

static const char completion_head[] =
    "# SPDX-License-Identifier: MIT\n"
    "# shellcheck shell=bash\n"
    "# Completion of skep for bash. Printed by `skep completion bash`; do not edit.\n"
    "_skep_choose()\n"
    "{\n"
    "    mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"${COMP_WORDS[COMP_CWORD]}\")\n"
    "}\n"
    "\n"
    "_skep()\n"
    "{\n"
    "    local command=${COMP_WORDS[1]} words=''\n"
    "\n"
    "    COMPREPLY=()\n";

static const char completion_queue[] =
    "    case ${COMP_WORDS[COMP_CWORD - 1]} in\n"
    "    -q | --queue)\n"
    "        _skep_choose \"$(skep queues --wait 0 --connect-timeout 0.5 2>/dev/null)\"\n"
    "        return\n"
    "        ;;\n"
    "    esac\n"
    "    case $command in\n";

static const char completion_tail[] = "    esac\n"
                                      "    if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then\n"
                                      "        _skep_choose \"$words --help\"\n"
                                      "    elif [[ $command == kernels ]]; then\n"
                                      "        _skep_choose \"$(skep kernels | sed '/^$/,$d; s/ .*//')\"\n"
                                      "    fi\n"
                                      "}\n"
                                      "complete -o default -F _skep skep\n";

static void completion_names(struct skep_buf *buf, const struct skep_command *const *list)
{
    for (const char *space = ""; *list != NULL; list++) {
        if (!(*list)->is_hidden) {
            skep_buf_printf(buf, "%s%s", space, (*list)->name);
            space = " ";
        }
    }
}

/* Where a command has words of its own behind it. */
static void completion_subcommands(struct skep_buf *buf, const struct skep_command *const *list)
{
    skep_buf_add_text(buf, "    case $command in\n    help)\n        _skep_choose '");
    completion_names(buf, list);
    skep_buf_add_text(buf, "'\n        return\n        ;;\n");
    for (; *list != NULL; list++) {
        if ((*list)->subcommands != NULL) {
            skep_buf_printf(buf, "    %s)\n        if ((COMP_CWORD == 2)); then\n            _skep_choose '",
                            (*list)->name);
            completion_names(buf, (*list)->subcommands);
            skep_buf_add_text(buf, "'\n            return\n        fi\n"
                                   "        command+=\" ${COMP_WORDS[2]}\"\n        ;;\n");
        }
    }
    skep_buf_add_text(buf, "    esac\n");
}

static void completion_options(struct skep_buf *buf, const char *parent,
                               const struct skep_command *const *list)
{
    for (; *list != NULL; list++) {
        const struct skep_option *row = (*list)->options;
        if ((*list)->subcommands != NULL) {
            char path[64];
            (void)snprintf(path, sizeof path, "%s%s ", parent, (*list)->name);
            completion_options(buf, path, (*list)->subcommands);
        }
        if ((*list)->is_hidden || row == NULL) {
            continue;
        }
        skep_buf_printf(buf, "    '%s%s') words='", parent, (*list)->name);
        for (const char *space = ""; row->name != NULL; row++) {
            if (row->help != NULL) {
                skep_buf_printf(buf, "%s--%s", space, row->name);
                space = " ";
            }
        }
        skep_buf_add_text(buf, "' ;;\n");
    }
}

static int completion_act(const void *settings, const struct skep_operands *shells)
{
    struct skep_buf buf;

    (void)settings;
    if (shells->n != 1 || strcmp(shells->items[0], "bash") != 0) {
        skep_complain("completion: for which shell? There is `skep completion bash`");
        return SKEP_EXIT_USAGE;
    }
    skep_buf_init(&buf, COMPLETION_MAX_BYTES);
    skep_buf_add_text(&buf, completion_head);
    skep_buf_add_text(&buf, "    if ((COMP_CWORD == 1)); then\n        _skep_choose '");
    completion_names(&buf, skep_commands());
    skep_buf_add_text(&buf, " help --help --version'\n        return\n    fi\n");
    completion_subcommands(&buf, skep_commands());
    skep_buf_add_text(&buf, completion_queue);
    completion_options(&buf, "", skep_commands());
    skep_buf_add_text(&buf, completion_tail);
    return skep_print_buf(&buf);
}

const struct skep_command skep_command_completion = {
    .name = "completion",
    .summary = "print the completion for a shell",
    .usage = "bash",
    .is_hidden = true,
    .settings_bytes = 1,
    .max_operands = 1,
    .act = completion_act,
};
