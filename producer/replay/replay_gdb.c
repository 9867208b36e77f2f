/* SPDX-License-Identifier: MIT */
/* A replay under the debugger. The record is handed over in memory that has no name: nothing is left behind
 * when gdb ends, and a second `run` reads it again. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "producer/run/child.h"
#include "producer/cli/command.h"
#include "producer/replay/replay.h"

enum { GDB_MAX_WORDS = 4 * SKEP_TEXT_LIST_MAX + 32, GDB_NUMBER_BYTES = 64 };

struct words {
    size_t n;
    char *items[GDB_MAX_WORDS + 1];
};

static void words_add(struct words *words, const char *word)
{
    if (words->n < GDB_MAX_WORDS) {
        words->items[words->n++] = (char *)(uintptr_t)word; /* execv takes them so and changes nothing */
    }
}

static void words_add_list(struct words *words, const char *option, const struct skep_text_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        words_add(words, option);
        words_add(words, list->items[i]);
    }
}

static bool gdb_write(int fd, const struct skep_buf *bytes)
{
    size_t done = 0;

    while (done < bytes->length) {
        ssize_t n = write(fd, bytes->bytes + done, bytes->length - done);
        if (n < 0 && errno != EINTR) {
            return false;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

int skep_replay_become_gdb(const struct skep_replay *replay)
{
    const struct skep_replay_settings *settings = replay->settings;
    static const char *const fixed[] = {"gdb", "-q", "--args"};
    char gdb[PATH_MAX], program[PATH_MAX] = "", record[GDB_NUMBER_BYTES];
    char memory[GDB_NUMBER_BYTES], cache[GDB_NUMBER_BYTES], size[GDB_NUMBER_BYTES];
    struct words words = {0};
    int fd;

    if (!skep_child_find("gdb", gdb, sizeof gdb)) {
        skep_complain("there is no gdb in PATH: install it (Debian: apt install gdb)");
        return SKEP_EXIT_USAGE;
    }
    fd = memfd_create("skep-replay", 0); /* stays open in gdb and in what it runs */
    if (fd < 0 || !gdb_write(fd, &replay->bytes) ||
        readlink("/proc/self/exe", program, sizeof program - 1) <= 0) {
        skep_complain("cannot hand the record to gdb: %s", strerror(errno));
        return SKEP_EXIT_SERVER;
    }
    snprintf(record, sizeof record, "--record=/proc/self/fd/%d", fd);
    snprintf(memory, sizeof memory, "--memory=%" PRIu64, settings->memory_bytes);
    snprintf(cache, sizeof cache, "--cache=%" PRIu64, settings->cache_bytes);
    snprintf(size, sizeof size, "--max-record=%" PRIu64, settings->record_bytes);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        words_add(&words, fixed[i]);
    }
    words_add(&words, program);
    words_add(&words, "replay");
    words_add(&words, "--in-process");
    words_add(&words, record);
    words_add(&words, memory);
    words_add(&words, cache);
    words_add(&words, size);
    words_add_list(&words, "--data", &settings->data);
    words_add_list(&words, "--output", &settings->output);
    skep_say("`run` runs the task in gdb, `break NAME` stops it before");
    execv(gdb, words.items);
    skep_complain("%s: %s", gdb, strerror(errno));
    return SKEP_EXIT_SERVER;
}
