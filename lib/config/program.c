/* SPDX-License-Identifier: MIT */
#include "config/program.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "config/describe.h"
#include "config/options.h"

enum { PROGRAM_ARENA_BYTES = 1 << 20, PROGRAM_TEXT_BYTES = 1 << 20, PROGRAM_USAGE = 2 };

int skep_program_fail(const struct skep_program *program, const struct skep_error *err, skep_status st)
{
    fprintf(stderr, "%s: %s\nTry: %s --help\n", program->name, skep_error_text(err, st), program->name);
    return PROGRAM_USAGE;
}

/* Everything in BUF between INTRO and OUTRO. Releases it. */
static int program_print(const char *intro, struct skep_buf *buf, const char *outro)
{
    bool is_told = !skep_buf_failed(buf) &&
                   printf("%s%s%s", intro, buf->length > 0 ? buf->bytes : "", outro) >= 0 &&
                   fflush(stdout) == 0;

    skep_buf_release(buf);
    return is_told ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int program_set_log(const struct skep_program *program, const struct skep_program_settings *frame)
{
    struct skep_error err = {0};
    enum skep_log_level level;
    enum skep_log_format format;

    if (skep_log_parse_level(frame->log_level, &level) != 0) {
        return skep_program_fail(
            program, &err,
            skep_error_set(&err, SKEP_E_USAGE, "--log-level must be error, warn, info, debug or trace"));
    }
    if (skep_log_parse_format(frame->log_format, &format) != 0) {
        return skep_program_fail(program, &err,
                                 skep_error_set(&err, SKEP_E_USAGE, "--log-format must be text or json"));
    }
    skep_log_set_level(level);
    skep_log_set_format(format);
    return EXIT_SUCCESS;
}

/* Print what was asked for, or run. */
static int program_act(const struct skep_program *program, void *settings, int argc, char **argv)
{
    const struct skep_program_settings *frame = (const void *)((const char *)settings + program->frame_at);
    struct skep_buf buf;
    int status;

    skep_buf_init(&buf, PROGRAM_TEXT_BYTES);
    if (frame->help) {
        skep_options_help(program->options, &buf);
        return program_print(program->intro, &buf, program->outro);
    }
    if (frame->version) {
        skep_buf_printf(&buf, "%s %s\n", program->name, SKEP_VERSION);
        return program_print("", &buf, "");
    }
    if (frame->man) {
        skep_options_man(program->options, &buf);
        return program_print(program->man_head, &buf, program->man_tail);
    }
    if (frame->words) {
        skep_options_words(program->options, &buf);
        return program_print("", &buf, "");
    }
    if (frame->describe_metrics) {
        program->describe(&buf);
        return program_print("", &buf, "");
    }
    skep_buf_release(&buf);
    status = program_set_log(program, frame);
    return status == EXIT_SUCCESS ? program->run(settings, argc, argv) : status;
}

int skep_program_main(const struct skep_program *program, void *settings, int argc, char **argv)
{
    const struct skep_command_line line = {argc, argv};
    struct skep_operands operands;
    struct skep_arena arena;
    struct skep_error err = {0};
    skep_status st;
    int status;

    skep_arena_init(&arena, PROGRAM_ARENA_BYTES);
    st = skep_options_parse(program->options, &line, &arena, settings, &operands, &err);
    if (st == SKEP_OK && operands.n > 0) {
        st = skep_error_set(&err, SKEP_E_USAGE, "\"%.80s\" is not an option", operands.items[0]);
    }
    status =
        st == SKEP_OK ? program_act(program, settings, argc, argv) : skep_program_fail(program, &err, st);
    skep_arena_release(&arena);
    return status;
}
