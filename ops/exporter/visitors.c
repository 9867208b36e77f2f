/* SPDX-License-Identifier: MIT */
#include "visitors.h"

#include <sys/socket.h>

void skep_export_visitors_init(struct skep_export_visitors *visitors)
{
    pthread_mutex_init(&visitors->lock, NULL);
    for (int i = 0; i < SKEP_EXPORT_VISITORS; i++) {
        visitors->items[i].fd = -1;
    }
}

void skep_export_visitors_release(struct skep_export_visitors *visitors)
{
    pthread_mutex_destroy(&visitors->lock);
}

/* FD becomes WITH. One that finds no room is not watched: the library lets no more in than there is room for.
 */
static void visitors_replace(struct skep_export_visitors *visitors, int fd, int with, int64_t now_ms)
{
    pthread_mutex_lock(&visitors->lock);
    for (int i = 0; i < SKEP_EXPORT_VISITORS; i++) {
        if (visitors->items[i].fd == fd) {
            visitors->items[i] = (struct skep_export_visitor){with, now_ms};
            break;
        }
    }
    pthread_mutex_unlock(&visitors->lock);
}

void skep_export_visitors_add(struct skep_export_visitors *visitors, int fd, int64_t now_ms)
{
    visitors_replace(visitors, -1, fd, now_ms);
}

void skep_export_visitors_remove(struct skep_export_visitors *visitors, int fd)
{
    visitors_replace(visitors, fd, -1, 0);
}

int skep_export_visitors_end_old(struct skep_export_visitors *visitors, int64_t now_ms)
{
    int n = 0;

    pthread_mutex_lock(&visitors->lock);
    for (int i = 0; i < SKEP_EXPORT_VISITORS; i++) {
        struct skep_export_visitor *visitor = &visitors->items[i];
        if (visitor->fd >= 0 && now_ms - visitor->since_ms > SKEP_EXPORT_VISIT_MS) {
            (void)shutdown(visitor->fd, SHUT_RDWR);
            n++;
        }
    }
    pthread_mutex_unlock(&visitors->lock);
    return n;
}
