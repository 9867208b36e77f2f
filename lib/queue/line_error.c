/* SPDX-License-Identifier: MIT */
#include "queue/line_error.h"

static const struct skep_line_error line_rows[] = {
    [SKEP_LINE_NO_HOST] = {"the name service does not know the host", "cannot find the host"},
    [SKEP_LINE_REFUSED] = {"nobody listens there, or a firewall says no", "cannot connect"},
    [SKEP_LINE_CONNECT_LATE] = {"a firewall, or a dead machine, says nothing", "cannot connect: timed out"},
    [SKEP_LINE_CLOSED] = {"the end of the stream: the server was stopped, or CLIENT KILL",
                          "the server closed the connection"},
    [SKEP_LINE_BROKEN] = {"a reset: the server crashed, or something between here and it",
                          "the connection broke"},
    [SKEP_LINE_READ_LATE] = {"an answer is due and no byte comes: the line is half open, or the server hangs",
                             "read timed out"},
    [SKEP_LINE_WRITE_LATE] = {"the same, when a large request does not go out", "write timed out"},
    [SKEP_LINE_DEAD] = {"the server's machine acknowledges nothing: a cut cable",
                        "the line is dead: the server's machine does not answer"},
};

skep_status skep_line_error_set(struct skep_error *err, enum skep_line_end end, const char *detail)
{
    return skep_error_set(err, SKEP_E_UNREACHABLE, "%s%s%s", line_rows[end].words, detail != NULL ? ": " : "",
                          detail != NULL ? detail : "");
}

skep_status skep_line_error_errno(struct skep_error *err, enum skep_line_end end)
{
    return skep_error_errno(err, SKEP_E_UNREACHABLE, "%s", line_rows[end].words);
}

skep_status skep_line_error_late(struct skep_error *err, enum skep_line_end end, int waited_ms)
{
    return skep_error_set(err, SKEP_E_UNREACHABLE, "%s after %g s", line_rows[end].words, waited_ms / 1000.0);
}

const struct skep_line_error *skep_line_error_rows(size_t *n_out)
{
    *n_out = sizeof line_rows / sizeof line_rows[0];
    return line_rows;
}
