/* SPDX-License-Identifier: MIT */
/* Where the record of a replay comes from: a dead letter, or a file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "producer/cli/command.h"
#include "producer/dead/letter_find.h"
#include "producer/replay/replay.h"
#include "producer/cli/stop.h"
#include "producer/cli/words.h"

enum { SOURCE_PIECE_BYTES = 64 * 1024 };

/* ---- a dead letter ---- */

static int source_find_letter(struct skep_replay *replay, const char *id)
{
    const struct skep_replay_settings *settings = replay->settings;
    struct skep_letter_found found = {0};
    struct skep_letters letters = {0};
    struct skep_keys keys;
    struct skep_error err = {0};
    skep_status st;
    int exit_code = skep_connect_queue(&settings->connect, settings->queue, &keys, &letters.conn);

    if (exit_code != SKEP_EXIT_OK) {
        return exit_code;
    }
    letters.keys = &keys;
    st = skep_letter_find(&letters, id, &found, &err);
    skep_conn_free(letters.conn);
    if (st == SKEP_EMPTY || st == SKEP_E_CONFLICT) {
        exit_code = skep_letter_find_complain(st, &err, keys.name, id);
    } else if (st != SKEP_OK) {
        exit_code = skep_letters_exit(st, &err);
    } else {
        skep_buf_add(&replay->bytes, found.bytes.bytes, found.bytes.length);
    }
    if (st == SKEP_OK && found.n > 1) {
        skep_say("%" PRIu64 " dead letters have the id %.256s: this is the newest", found.n, found.id);
    }
    skep_letter_found_release(&found);
    return exit_code;
}

/* ---- a file ---- */

static int source_read_file(struct skep_replay *replay, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "standard input" : path;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t n = fd < 0 ? -1 : 1;

    while (n > 0) {
        char *room = skep_buf_reserve(&replay->bytes, SOURCE_PIECE_BYTES);
        if (room == NULL) {
            break;
        }
        n = read(fd, room, SOURCE_PIECE_BYTES);
        if (n > 0) {
            replay->bytes.length += (size_t)n;
        }
    }
    if (n < 0 && errno == EINTR && skep_stop_is_asked()) {
        return SKEP_EXIT_INTERRUPTED;
    }
    if (n < 0) {
        skep_complain("the record in %.400s: %s", name, strerror(errno));
    } else if (n > 0) {
        skep_complain("the record in %.400s: no memory for it", name);
    }
    if (fd >= 0 && !is_stdin) {
        close(fd);
    }
    return n == 0 ? SKEP_EXIT_OK : SKEP_EXIT_USAGE;
}

int skep_replay_find(struct skep_replay *replay, const char *id)
{
    int exit_code =
        id != NULL ? source_find_letter(replay, id) : source_read_file(replay, replay->settings->record);

    if (exit_code == SKEP_EXIT_OK && skep_buf_failed(&replay->bytes)) {
        skep_complain("no memory for the record");
        return SKEP_EXIT_SERVER;
    }
    return exit_code;
}
