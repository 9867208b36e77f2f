/* SPDX-License-Identifier: MIT */
/* The program `skep`: finds the command and runs it, or teaches. */
#include <stdio.h>
#include <string.h>

#include "producer/cli/command.h"
#include "producer/commands.h"
#include "producer/cli/help.h"
#include "producer/cli/stop.h"

/* Whether the user asks for the help of a command, before the `--` that ends its options. */
static bool main_asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            return true;
        }
    }
    return false;
}

static int main_unknown(const char *path, const struct skep_command *const *list, const char *name)
{
    const char *nearest = skep_commands_nearest(list, name);

    if (nearest != NULL) {
        skep_complain("there is no command \"%.64s\": did you mean `skep %s%s`?", name, path, nearest);
    } else {
        skep_complain("there is no command \"%.64s\"; `skep %s--help` lists them", name, path);
    }
    return SKEP_EXIT_USAGE;
}

/* PATH is what leads to COMMAND: "" or "dead ". */
static int main_run(const char *path, const struct skep_command *command, int argc, char **argv)
{
    char here[128];

    if (command->subcommands == NULL) {
        if (main_asks_for_help(argc, argv)) {
            return skep_help_command(path, command);
        }
        return command->run != NULL ? command->run(argc, argv) : skep_command_act(command, argc, argv);
    }
    if (argc < 2 || argv[1][0] == '-') {
        bool asked = main_asks_for_help(argc, argv);
        int shown = asked ? skep_help_command(path, command) : SKEP_EXIT_USAGE;
        if (!asked) {
            skep_complain("`skep %s%s` wants another word; `skep %s%s --help` lists them", path,
                          command->name, path, command->name);
        }
        return shown;
    }
    snprintf(here, sizeof here, "%s%s ", path, command->name);
    command = skep_commands_find(command->subcommands, argv[1]);
    if (command == NULL) {
        return main_unknown(here, skep_commands_find(skep_commands(), argv[0])->subcommands, argv[1]);
    }
    return main_run(here, command, argc - 1, argv + 1);
}

/* `skep help`, `skep help push`, `skep help dead ls` */
static int main_help(int argc, char **argv)
{
    const struct skep_command *const *list = skep_commands();
    const struct skep_command *command = NULL;
    char path[128] = "";

    for (int i = 1; i < argc && list != NULL; i++) {
        size_t used = strlen(path);
        if (command != NULL) {
            snprintf(path + used, sizeof path - used, "%s ", command->name);
        }
        command = skep_commands_find(list, argv[i]);
        if (command == NULL) {
            return main_unknown(path, list, argv[i]);
        }
        list = command->subcommands;
    }
    return command != NULL ? skep_help_command(path, command) : skep_help_program();
}

int main(int argc, char **argv)
{
    const struct skep_command *command;

    skep_stop_install();
    if (argc < 2) {
        (void)skep_help_program();
        return SKEP_EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        return main_help(argc - 1, argv + 1);
    }
    if (strcmp(argv[1], "--version") == 0) {
        return skep_print("skep " SKEP_VERSION "\n", sizeof "skep " SKEP_VERSION);
    }
    command = skep_commands_find(skep_commands(), argv[1]);
    if (command == NULL) {
        return main_unknown("", skep_commands(), argv[1]);
    }
    return main_run("", command, argc - 1, argv + 1);
}
