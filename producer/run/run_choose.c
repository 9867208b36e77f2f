/* SPDX-License-Identifier: MIT */
#include "producer/run/run_choose.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "producer/cli/command.h"
#include "producer/run/run_state.h"

enum { CHOOSE_LISTED = 20 };

struct choose_sights {
    char folder[PATH_MAX]; /* of the interrupted one seen last */
    int n_interrupted, n_seen;
    bool is_listing;
};

static void choose_see(const struct skep_run_sight *sight, void *context)
{
    struct choose_sights *sights = context;

    sights->n_seen++;
    if (sights->is_listing && sights->n_seen <= CHOOSE_LISTED) {
        if (sight->pid != 0) {
            skep_say("  %s   is being run by process %d", sight->folder, (int)sight->pid);
        } else {
            skep_say("  %s   interrupted, %" PRIu64 " done: skep run --resume --state %s", sight->folder,
                     sight->n_done, sight->folder);
        }
    }
    if (sight->pid == 0) {
        sights->n_interrupted++;
        snprintf(sights->folder, sizeof sights->folder, "%s", sight->folder);
    }
}

/* --resume without a name: the only one there is. */
static int choose_only(char folder[PATH_MAX])
{
    struct choose_sights sights = {0};

    skep_run_states_list(choose_see, &sights);
    if (sights.n_interrupted == 1) {
        memcpy(folder, sights.folder, PATH_MAX);
        return SKEP_EXIT_OK;
    }
    if (sights.n_interrupted == 0) {
        skep_complain("there is nothing to resume in %s", SKEP_RUN_STATES);
    } else {
        skep_complain("which run is to be resumed? In %s there are:", SKEP_RUN_STATES);
    }
    sights = (struct choose_sights){.is_listing = true};
    skep_run_states_list(choose_see, &sights);
    return SKEP_EXIT_USAGE;
}

int skep_run_choose(const struct skep_run_settings *settings, const char *tasks, char folder[PATH_MAX])
{
    char name[SKEP_RUN_NAME_BYTES];
    char plan[PATH_MAX];
    struct skep_error err = {0};
    skep_status st;

    if (settings->state != NULL) {
        if (snprintf(folder, PATH_MAX, "%s", settings->state) >= PATH_MAX) {
            skep_complain("--state: the path is too long");
            return SKEP_EXIT_USAGE;
        }
    } else if (tasks == NULL) {
        return choose_only(folder);
    } else {
        st = skep_run_name(tasks, name, &err);
        if (st != SKEP_OK) {
            return skep_complain_error(st, &err);
        }
        snprintf(folder, PATH_MAX, "%s/%s", SKEP_RUN_STATES, name);
    }
    if (settings->resumes &&
        (snprintf(plan, sizeof plan, "%s/plan", folder) >= PATH_MAX || access(plan, F_OK) != 0)) {
        skep_complain("there is nothing to resume%s%s: no interrupted run in %s", tasks != NULL ? " of " : "",
                      tasks != NULL ? tasks : "", folder);
        return SKEP_EXIT_USAGE;
    }
    return SKEP_EXIT_OK;
}
