#include "cli/progress.h"

#include "base/instant.h"
#include "codec/json.h"
#include "codec/text.h"

#include <stdio.h>

enum form { FORM_NONE, FORM_LINE, FORM_PLAIN, FORM_JSON };
enum { RATE_WINDOW = 16 };

/* A point of the recent past, for the rate: a rate over all the time hides a stall. */
struct sample {
    int64_t us, done;
};

struct progress {
    enum form form;
    bool quiet, drawn;
    int columns;
    int64_t begun_us, printed_us, sampled_us;
    struct sample samples[RATE_WINDOW];
    int sample_count;
    progress_write *write;
    void *user;
};

static void write_stderr(void *user, struct str text)
{
    (void)user;
    fwrite(text.ptr, 1, text.len, stderr);
    fflush(stderr);
}

static enum form form_of(const struct term *t, struct str when)
{
    if (str_eqz(when, "json"))
        return FORM_JSON;
    if (str_eqz(when, "never") || (t->quiet && !str_eqz(when, "always")))
        return FORM_NONE;
    return t->err_tty ? FORM_LINE : FORM_PLAIN;
}

struct progress *progress_new(struct arena *a, const struct term *t, struct str when, int64_t now_us,
                              progress_write *write, void *user)
{
    struct progress *p = arena_new_of(a, struct progress);
    *p = (struct progress){.form = form_of(t, when), .quiet = t->quiet, .columns = t->columns, .begun_us = now_us,
                           .printed_us = now_us, .write = write ? write : write_stderr, .user = user};
    p->samples[0] = (struct sample){now_us, 0};
    p->sample_count = 1;
    return p;
}

static void sample(struct progress *p, int64_t done, int64_t now_us)
{
    if (now_us - p->samples[p->sample_count - 1].us < US_PER_S)
        return;
    if (p->sample_count == RATE_WINDOW) {
        memmove(p->samples, p->samples + 1, sizeof p->samples - sizeof *p->samples);
        p->sample_count--;
    }
    p->samples[p->sample_count++] = (struct sample){now_us, done};
}

/* Calls a second times ten. */
static int64_t rate_x10(const struct progress *p, int64_t done, int64_t now_us)
{
    int64_t us = now_us - p->samples[0].us;
    return us > 0 ? (done - p->samples[0].done) * 10 * US_PER_S / us : 0;
}

/* Seconds to go, or -1 when there is no telling. More calls may turn up: it is a lower bound. */
static int64_t eta_s(const struct progress *p, const struct progress_counts *c, int64_t now_us)
{
    int64_t rate = rate_x10(p, c->done, now_us);
    return rate > 0 ? (c->queued + c->in_flight) * 10 / rate : -1;
}

static void put_time(struct buf *b, int64_t s)
{
    if (s >= 3600)
        buf_addf(b, "%lldh%02lldm", (long long)(s / 3600), (long long)(s / 60 % 60));
    else if (s >= 60)
        buf_addf(b, "%lldm%02llds", (long long)(s / 60), (long long)(s % 60));
    else
        buf_addf(b, "%llds", (long long)s);
}

static void put_text(struct progress *p, struct buf *b, const struct progress_counts *c, int64_t now_us)
{
    int64_t rate = rate_x10(p, c->done, now_us), eta = eta_s(p, c, now_us);
    int64_t all = c->done + c->queued + c->in_flight;
    buf_addf(b, "%lld of %lld calls", (long long)c->done, (long long)all);
    buf_addf(b, ", %lld.%lld/s", (long long)(rate / 10), (long long)(rate % 10));
    if (eta >= 0 && c->queued + c->in_flight) {
        buf_addz(b, ", about ");
        put_time(b, eta);
        buf_addz(b, " to go");
    }
    if (c->denied)
        buf_addf(b, ", %lld denied", (long long)c->denied);
    if (c->throttled)
        buf_addf(b, ", %lld throttled", (long long)c->throttled);
    if (c->failed)
        buf_addf(b, ", %lld failed", (long long)c->failed);
}

static void put_json(struct progress *p, struct buf *b, const struct progress_counts *c, int64_t now_us)
{
    struct json_out o;
    jo_init(&o, b, false);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.progress/1");
    jo_kv_int(&o, "elapsed_ms", (now_us - p->begun_us) / 1000);
    jo_kv_int(&o, "done", c->done);
    jo_kv_int(&o, "queued", c->queued);
    jo_kv_int(&o, "in_flight", c->in_flight);
    jo_kv_int(&o, "denied", c->denied);
    jo_kv_int(&o, "throttled", c->throttled);
    jo_kv_int(&o, "failed", c->failed);
    jo_kv_int(&o, "rows", c->rows);
    jo_key(&o, "eta_s");
    int64_t eta = eta_s(p, c, now_us);
    if (eta >= 0)
        jo_int(&o, eta);
    else
        jo_null(&o);
    jo_end_object(&o);
}

static void print(struct progress *p, const struct progress_counts *c, int64_t now_us, bool last)
{
    struct buf text, line;
    buf_init(&text, 4096);
    buf_init(&line, 16384);
    if (p->form == FORM_JSON)
        put_json(p, &line, c, now_us);
    else
        put_text(p, &text, c, now_us);
    if (p->form == FORM_LINE) {
        buf_addz(&line, "\r\033[K");
        text_fit(&line, buf_str(&text), (size_t)p->columns - 1);
    } else if (p->form == FORM_PLAIN) {
        buf_addz(&line, "ward: ");
        buf_add(&line, buf_str(&text));
    }
    if (p->form != FORM_LINE || last)
        buf_addc(&line, '\n');
    p->write(p->user, buf_str(&line));
    p->drawn = !last;
    p->printed_us = now_us;
    buf_done(&text);
    buf_done(&line);
}

void progress_update(struct progress *p, const struct progress_counts *c, int64_t now_us)
{
    static const int64_t every_us[] = {
        [FORM_NONE] = INT64_MAX, [FORM_LINE] = US_PER_S / 10, [FORM_PLAIN] = 10 * US_PER_S, [FORM_JSON] = US_PER_S};
    sample(p, c->done, now_us);
    if (p->form != FORM_NONE && now_us - p->printed_us >= every_us[p->form])
        print(p, c, now_us, false);
}

void progress_say(struct progress *p, struct str line)
{
    if (p->quiet)
        return;
    struct buf b;
    buf_init(&b, 65536);
    if (p->form == FORM_LINE && p->drawn)
        buf_addz(&b, "\r\033[K");
    buf_addz(&b, "ward: ");
    text_safe(&b, line);
    buf_addc(&b, '\n');
    p->write(p->user, buf_str(&b));
    p->drawn = false;
    buf_done(&b);
}

void progress_end(struct progress *p, const struct progress_counts *c, int64_t now_us)
{
    if (p->form != FORM_NONE)
        print(p, c, now_us, true);
    p->form = FORM_NONE;
}
