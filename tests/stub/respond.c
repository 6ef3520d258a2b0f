/* From a whole request to its answer: rules, canned answers, the server behind, the empty answer. */
#include "server.h"

#include <sys/epoll.h>
#include <time.h>

static const char *reason(int status)
{
    return status == 200 ? "OK" : status < 500 ? "Error" : "Failure";
}

/* A line a request: time, service, operation, account, region, status, signed, who answered, fault, agent, target. */
void log_request(const struct conn *c, int status, const char *source)
{
    const struct request *q = &c->request;
    struct timespec t;
    if (!c->server->log)
        return;
    clock_gettime(CLOCK_REALTIME, &t);
    fprintf(c->server->log, "%lld.%03ld\t%.*s\t%.*s\t%s\t%.*s\t%d\t%s\t%s\t%s\t%.*s\t%.*s %.*s\n", (long long)t.tv_sec,
            t.tv_nsec / 1000000, STR_ARG(q->service), STR_ARG(q->operation), q->account, STR_ARG(q->region), status,
            q->is_signed ? "signed" : "unsigned", source, fault_name(c->hit.fault), STR_ARG(q->agent), STR_ARG(q->method),
            STR_ARG(q->target));
}

void conn_send(struct conn *c, const struct reply *r, bool own)
{
    size_t size = r->body.len;
    char date[64];
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &utc));
    buf_addf(&c->out, "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\nx-amzn-RequestId: ward-stub-%llu\r\n%s%s\r\n",
             r->status, reason(r->status), date, r->type, size, (unsigned long long)c->server->requests,
             own ? "x-ward-stub: 1\r\n" : "", r->header);
    if (c->hit.fault == FAULT_CUT) {
        size /= 2;
        c->close_after = true;
    }
    if (!str_eqz(c->request.method, "HEAD"))
        buf_add(&c->out, str_sub(buf_str(&r->body), 0, size));
    log_request(c, r->status, own ? "stub" : "behind");
    c->close_after = c->close_after || c->hit.fault == FAULT_CLOSE;
    c->drip = c->hit.fault == FAULT_DRIP;
    long wait_ms = c->hit.fault == FAULT_LATENCY ? c->hit.number : c->server->latency_ms;
    if (wait_ms > 0) {
        c->state = CONN_DELAYED;
        c->due_ms = now_ms() + wait_ms;
    } else {
        conn_start_writing(c);
    }
}

/* Faults that replace the answer; false when the fault only shapes it or there is none. */
static bool respond_fault(struct conn *c, struct reply *r)
{
    switch (c->hit.fault) {
    case FAULT_NONE:
    case FAULT_CUT:
    case FAULT_REPEAT:
    case FAULT_CLOSE:
    case FAULT_DRIP:
    case FAULT_LATENCY:
        return false;
    case FAULT_TIMEOUT:
        log_request(c, 0, "stub");
        c->state = CONN_SILENT;
        return true;
    case FAULT_DIE:
        if (c->served == 0) {
            c->hit.fault = FAULT_NONE;
            return false;
        }
        log_request(c, 0, "stub");
        conn_close(c);
        return true;
    default:
        rules_reply(&c->hit, &c->request, r);
        conn_send(c, r, true);
        return true;
    }
}

void respond(struct conn *c)
{
    struct server *s = c->server;
    struct request *q = &c->request;
    struct reply r = {.status = 200};
    request_identify(q, &s->routes, s->accounts);
    c->hit = rules_hit(s->rules, q);
    c->close_after = str_eq_nocase(request_header(q, "connection"), STR("close"));
    buf_init(&r.body, ANSWER_MAX);
    if (!respond_fault(c, &r)) {
        if (answers_find(s->answers, q, c->hit.fault == FAULT_REPEAT, &r)) {
            conn_send(c, &r, true);
        } else if (s->forward_port) {
            forward_start(c);
        } else {
            answer_empty(q, &r);
            conn_send(c, &r, true);
        }
    }
    buf_done(&r.body);
}
