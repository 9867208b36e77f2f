/* SPDX-License-Identifier: MIT */
#ifndef SKEP_EXPORTER_VISITORS_H
#define SKEP_EXPORTER_VISITORS_H

#include <pthread.h>
#include <stdint.h>

/* The connections that are open. The HTTP library ends those that are silent; one that sends or takes a byte
 * now and then would stay for ever, and sixty-four of them would keep everybody out. So none lives longer
 * than SKEP_EXPORT_VISIT_MS. Safe from any thread. */
enum { SKEP_EXPORT_VISITORS = 64, SKEP_EXPORT_VISIT_MS = 20000, SKEP_EXPORT_SILENCE_S = 5 };

struct skep_export_visitors {
    pthread_mutex_t lock;
    struct skep_export_visitor {
        int fd; /* -1: nobody */
        int64_t since_ms;
    } items[SKEP_EXPORT_VISITORS];
};

void skep_export_visitors_init(struct skep_export_visitors *visitors);
void skep_export_visitors_release(struct skep_export_visitors *visitors);

/* One came; it goes, before its file descriptor is closed. */
void skep_export_visitors_add(struct skep_export_visitors *visitors, int fd, int64_t now_ms);
void skep_export_visitors_remove(struct skep_export_visitors *visitors, int fd);

/* Shut down those that have been here too long; how many. */
int skep_export_visitors_end_old(struct skep_export_visitors *visitors, int64_t now_ms);

#endif
