/* SPDX-License-Identifier: MIT */
/* What keeps everything of a queue from running, in the order in which it has to be removed. */
#include "producer/ask/why.h"

#include <math.h>

#include "producer/cli/short.h"

static const enum skep_finding_kind queue_blocks[] = {
    SKEP_FINDING_READ_ONLY,  SKEP_FINDING_SAVE_BROKEN, SKEP_FINDING_PAUSED, SKEP_FINDING_RESULTS_FULL,
    SKEP_FINDING_NO_WORKERS, SKEP_FINDING_HELD_UP,     SKEP_FINDING_STALLED};

bool skep_why_queue(const struct skep_why *why, struct skep_why_answer *answer)
{
    for (size_t i = 0; i < sizeof queue_blocks / sizeof queue_blocks[0]; i++) {
        for (size_t j = 0; j < why->n_findings; j++) {
            if (why->findings[j].kind == queue_blocks[i]) {
                skep_why_set_finding(answer, &why->findings[j]);
                return true;
            }
        }
    }
    return false;
}

void skep_why_tell_pace(const struct skep_why *why, struct skep_why_answer *answer)
{
    char in[SKEP_SHORT_BYTES], out[SKEP_SHORT_BYTES], eta[SKEP_SHORT_BYTES];
    const struct skep_overview *overview = why->overview;

    if (overview->n_left == 0 || isnan(overview->out_per_s)) {
        return;
    }
    skep_why_add_fact(answer, "queue", "in %s/s, out %s/s; all of it is over in %s",
                      skep_short_rate(overview->in_per_s, in), skep_short_rate(overview->out_per_s, out),
                      skep_short_seconds(overview->eta_s, eta));
}

bool skep_why_answer_needs(const struct skep_why *why, const struct skep_why_needs *needs,
                           struct skep_why_answer *answer)
{
    const struct skep_why_root *root;

    if (needs->problem != NULL) {
        skep_why_set(answer, SKEP_WHY_BAD_RECORD, "%s", needs->problem);
        return true;
    }
    if (needs->kernel != NULL && !needs->is_known) {
        skep_why_set(answer, SKEP_WHY_NO_KERNEL, "skep %s has no kernel %s", SKEP_VERSION, needs->kernel);
        return true;
    }
    root = skep_why_needs_missing(needs, why->overview);
    if (root == NULL) {
        return false;
    }
    skep_why_set(answer, SKEP_WHY_NO_ROOT, "%zu worker%s alive, none has %s%s%s%s", why->overview->n_workers,
                 why->overview->n_workers == 1 ? "" : "s",
                 root->name[0] != '\0' ? "the root `@" : "a default folder", root->name,
                 root->name[0] != '\0' ? "`" : "", root->is_output ? " for outputs" : "");
    skep_why_set_help(answer, "start a worker with --%s %s%sFOLDER", root->is_output ? "output" : "data",
                      root->name, root->name[0] != '\0' ? "=" : "");
    return true;
}
