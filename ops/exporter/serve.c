/* SPDX-License-Identifier: MIT */
#include "serve.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "text.h"

enum { SERVE_ADDRESS_MAX = 1024, SERVE_MEMORY_BYTES = 16 * 1024, SERVE_LOG_BYTES = 256 };

/* The page, from dashboard.html by ops/exporter/embed-page. */
static const char serve_dashboard[] =
#include "dashboard.inc"
    ;

#define SERVE_JSON "application/json; charset=utf-8"
#define SERVE_TEXT "text/plain; charset=utf-8"
#define SERVE_HTML "text/html; charset=utf-8"

static const struct serve_row {
    const char *path;
    const char *type;
    bool is_page; /* the page itself, which never changes */
    enum skep_export_page_kind kind;
} serve_rows[] = {
    {"/metrics", SKEP_EXPORT_TEXT_TYPE, false, SKEP_EXPORT_PAGE_METRICS},
    {"/healthz", SERVE_JSON, false, SKEP_EXPORT_PAGE_HEALTH},
    {"/api/overview.json", SERVE_JSON, false, SKEP_EXPORT_PAGE_OVERVIEW},
    {"/", SERVE_HTML, true, SKEP_EXPORT_PAGES},
};

/* Every answer ends its connection: who wants more asks anew, and nobody keeps a place. What a browser makes
 * of it is bounded: nothing from elsewhere is loaded, nothing is sent elsewhere, nobody frames it. */
static const struct serve_header {
    const char *name, *value;
} serve_headers[] = {
    {MHD_HTTP_HEADER_CONNECTION, "close"},
    {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "
     "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
};

/* RESPONSE is used up; NULL: the connection is closed. */
static enum MHD_Result serve_answer(struct MHD_Connection *connection, unsigned status, const char *type,
                                    struct MHD_Response *response)
{
    enum MHD_Result result;

    if (response == NULL) {
        return MHD_NO;
    }
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
    for (size_t i = 0; i < sizeof serve_headers / sizeof serve_headers[0]; i++) {
        (void)MHD_add_response_header(response, serve_headers[i].name, serve_headers[i].value);
    }
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    }
    result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* Bytes that live as long as the program. */
static enum MHD_Result serve_static(struct MHD_Connection *connection, unsigned status, const char *type,
                                    const char *text, size_t n)
{
    return serve_answer(connection, status, type,
                        MHD_create_response_from_buffer(n, (void *)(uintptr_t)text, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result serve_refusal(struct MHD_Connection *connection, unsigned status)
{
    static const struct {
        unsigned status;
        const char *text;
    } texts[] = {
        {MHD_HTTP_NOT_FOUND,
         "There is no such page. There are /, /metrics, /healthz and /api/overview.json.\n"},
        {MHD_HTTP_METHOD_NOT_ALLOWED, "Nothing here can be changed: GET and HEAD only.\n"},
        {MHD_HTTP_URI_TOO_LONG, "No address here is that long.\n"},
        {MHD_HTTP_INTERNAL_SERVER_ERROR,
         "There is no memory for this answer: --max-queues makes it smaller.\n"},
    };
    size_t i = 0;

    while (texts[i].status != status) {
        i++;
    }
    return serve_static(connection, status, SERVE_TEXT, texts[i].text, strlen(texts[i].text));
}

static void serve_drop(void *page)
{
    skep_export_page_drop(page);
}

static enum MHD_Result serve_document(struct skep_export_server *server, struct MHD_Connection *connection,
                                      const struct serve_row *row)
{
    const char *queue = row->kind == SKEP_EXPORT_PAGE_OVERVIEW
                            ? MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "queue")
                            : NULL;
    struct skep_export_page *page = skep_export_pages_get(&server->pages, row->kind, queue);
    struct MHD_Response *response;
    unsigned status;

    if (page == NULL) {
        return serve_refusal(connection, MHD_HTTP_INTERNAL_SERVER_ERROR);
    }
    status = page->status;
    response = MHD_create_response_from_buffer_with_free_callback_cls(page->n, page->bytes, serve_drop, page);
    if (response == NULL) {
        skep_export_page_drop(page);
    }
    return serve_answer(connection, status, row->type, response);
}

/* Called when the head of a request is there; what may follow it is not read. */
static enum MHD_Result serve_request(void *context, struct MHD_Connection *connection, const char *path,
                                     const char *method, const char *version, const char *upload,
                                     size_t *upload_n, void **request)
{
    const struct serve_row *row = serve_rows;
    const struct serve_row *end = serve_rows + sizeof serve_rows / sizeof serve_rows[0];

    (void)version;
    (void)upload;
    (void)upload_n;
    (void)request;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return serve_refusal(connection, MHD_HTTP_METHOD_NOT_ALLOWED);
    }
    if (strlen(path) > SERVE_ADDRESS_MAX) {
        return serve_refusal(connection, MHD_HTTP_URI_TOO_LONG);
    }
    while (row < end && strcmp(row->path, path) != 0) {
        row++;
    }
    if (row == end) {
        return serve_refusal(connection, MHD_HTTP_NOT_FOUND);
    }
    if (row->is_page) {
        return serve_static(connection, MHD_HTTP_OK, row->type, serve_dashboard, sizeof serve_dashboard - 1);
    }
    return serve_document(context, connection, row);
}

static void serve_visitor(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct skep_export_server *server = context;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    (void)socket_context;
    if (info != NULL && code == MHD_CONNECTION_NOTIFY_STARTED) {
        skep_export_visitors_add(&server->visitors, info->connect_fd, skep_monotonic_ms());
    } else if (info != NULL) {
        skep_export_visitors_remove(&server->visitors, info->connect_fd);
    }
}

/* What the library has to say is about visitors: nothing that an operator must see. */
__attribute__((format(printf, 2, 0))) static void serve_log(void *context, const char *format, va_list args)
{
    char text[SERVE_LOG_BYTES];

    (void)context;
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    skep_log(SKEP_LOG_DEBUG, "http", "what=\"%s\"", text);
}

skep_status skep_export_serve_begin(struct skep_export_server *server, struct skep_export_state *state,
                                    int listen_fd, struct skep_error *err)
{
    *server = (struct skep_export_server){0};
    skep_export_pages_init(&server->pages, state);
    skep_export_visitors_init(&server->visitors);
    server->daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL | MHD_USE_ERROR_LOG, 0, NULL, NULL, serve_request,
        server, MHD_OPTION_EXTERNAL_LOGGER, serve_log, NULL, MHD_OPTION_LISTEN_SOCKET, listen_fd,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)SKEP_EXPORT_VISITORS, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)SKEP_EXPORT_SILENCE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVE_MEMORY_BYTES,
        MHD_OPTION_NOTIFY_CONNECTION, serve_visitor, server, MHD_OPTION_END);
    if (server->daemon == NULL) {
        close(listen_fd);
        return skep_error_errno(err, SKEP_E_IO, "cannot serve HTTP");
    }
    return SKEP_OK;
}

void skep_export_serve_end(struct skep_export_server *server)
{
    if (server->daemon != NULL) {
        MHD_stop_daemon(server->daemon); /* closes the socket, too */
    }
    skep_export_pages_release(&server->pages);
    skep_export_visitors_release(&server->visitors);
    *server = (struct skep_export_server){0};
}
