#include "collect/bundle_line.h"

#include "base/instant.h"

struct reader {
    const struct json *object;
    struct err *e;
    bool ok;
};

static const struct json *member(struct reader *r, const char *key, bool required)
{
    const struct json *j = json_getz(r->object, key);
    if (j && j->type == JSON_NULL)
        j = NULL;
    if (!j && required && r->ok)
        r->ok = err_set(r->e, ERR_PARSE, "\"%s\" is missing", key);
    return j;
}

static void wrong(struct reader *r, const char *key, const char *want)
{
    if (r->ok)
        r->ok = err_set(r->e, ERR_PARSE, "\"%s\" must be %s", key, want);
}

static struct str text_of(struct reader *r, const char *key, bool required)
{
    const struct json *j = member(r, key, required);
    if (j && j->type != JSON_STRING)
        wrong(r, key, "a string");
    return json_str(j);
}

static int64_t number_of(struct reader *r, const char *key, int64_t most)
{
    const struct json *j = member(r, key, false);
    int64_t v = 0;
    if (j && (j->type != JSON_NUMBER || !str_to_i64(j->text, &v) || v < 0 || v > most))
        wrong(r, key, "a whole number that is not negative");
    return v;
}

static bool truth_of(struct reader *r, const char *key, bool when_missing)
{
    const struct json *j = member(r, key, false);
    if (j && j->type != JSON_TRUE && j->type != JSON_FALSE)
        wrong(r, key, "true or false");
    return j ? j->type == JSON_TRUE : when_missing;
}

static bool time_of(struct reader *r, const char *key, int64_t *out)
{
    struct str text = text_of(r, key, false);
    if (text.ptr && !instant_parse(text, out))
        wrong(r, key, "a time like 2026-01-02T03:04:05Z");
    return text.ptr != NULL;
}

static const struct json *object_of(struct reader *r, const char *key)
{
    const struct json *j = member(r, key, false);
    if (j && j->type != JSON_OBJECT)
        wrong(r, key, "an object");
    return j;
}

bool bundle_name_ok(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return s.len > 0 && s.len <= 64;
}

static struct str name_of(struct reader *r, const char *key)
{
    struct str s = text_of(r, key, true);
    if (s.ptr && !bundle_name_ok(s))
        wrong(r, key, "1 to 64 letters, digits, '-' or '_'");
    return s;
}

static void read_run(struct reader *r, struct bundle_line *out)
{
    out->kind = BUNDLE_RUN;
    int64_t version = number_of(r, "bundle", INT64_MAX);
    if (version > BUNDLE_VERSION && r->ok)
        r->ok = err_set(r->e, ERR_PARSE, "the bundle is of version %lld, this ward knows %d", (long long)version, BUNDLE_VERSION);
    out->has_clock = time_of(r, "clock", &out->clock_us);
    out->tool = text_of(r, "tool", false);
    out->caller = text_of(r, "caller", false);
    out->scope = object_of(r, "scope");
}

static void read_account(struct reader *r, struct bundle_line *out)
{
    out->kind = BUNDLE_ACCOUNT;
    out->account = name_of(r, "account");
    out->name = text_of(r, "name", false);
    out->role = text_of(r, "role", false);
    out->reached = truth_of(r, "reached", true);
    out->reason = text_of(r, "reason", false);
}

static void read_region(struct reader *r, struct bundle_line *out)
{
    out->kind = BUNDLE_REGION;
    out->account = name_of(r, "account");
    out->region = name_of(r, "region");
    out->state = text_of(r, "state", true);
    if (out->state.ptr && !str_eqz(out->state, "enabled") && !str_eqz(out->state, "disabled") && !str_eqz(out->state, "unknown"))
        wrong(r, "state", "\"enabled\", \"disabled\" or \"unknown\"");
    out->wanted = truth_of(r, "wanted", true);
    out->reason = text_of(r, "reason", false);
}

static void read_source(struct reader *r, struct call_end *end)
{
    static const char *const sources[] = {"aws", "endpoint", "stub", "import"};
    end->source = text_of(r, "source", false);
    if (!end->source.ptr) {
        end->source = STR("import");
        return;
    }
    for (size_t i = 0; i < 4; i++)
        if (str_eqz(end->source, sources[i]))
            return;
    wrong(r, "source", "\"aws\", \"endpoint\", \"stub\" or \"import\"");
}

static void read_call(struct reader *r, struct arena *a, struct bundle_line *out)
{
    struct call_end *end = &out->end;
    out->kind = BUNDLE_CALL;
    out->account = name_of(r, "account");
    out->region = name_of(r, "region");
    struct str service = text_of(r, "service", true), operation = text_of(r, "operation", true), status = text_of(r, "status", true);
    const struct str parts[] = {service, STR(":"), operation};
    out->op = arena_concat(a, parts, 3);
    if (status.ptr && !call_status_of(status, &end->status))
        wrong(r, "status", "ok, empty, absent, gone, unavailable, denied, throttled, error, truncated, skipped or running");
    out->params = object_of(r, "params");
    end->http = (int)number_of(r, "http", 999);
    end->code = text_of(r, "code", false);
    end->message = text_of(r, "message", false);
    end->missing_action = text_of(r, "missing_action", false);
    end->request_id = text_of(r, "request_id", false);
    end->pages = (int)number_of(r, "pages", INT32_MAX);
    out->rows = number_of(r, "rows", INT64_MAX);
    end->attempts = (int)number_of(r, "attempts", INT32_MAX);
    end->ms = number_of(r, "ms", INT64_MAX);
    out->has_at = time_of(r, "at", &end->at_us);
    read_source(r, end);
    out->file = text_of(r, "file", false);
    out->answer = json_getz(r->object, "answer");
    if (out->file.ptr && out->answer && r->ok)
        r->ok = err_set(r->e, ERR_PARSE, "a call has either \"file\" or \"answer\"");
}

bool bundle_line_parse(struct arena *a, struct str text, struct bundle_line *out, struct err *e)
{
    *out = (struct bundle_line){0};
    const struct json *top = json_parse(a, text, BUNDLE_LINE_MAX_BYTES, e);
    if (!top)
        return false;
    if (top->type != JSON_OBJECT)
        return err_set(e, ERR_PARSE, "the line is no JSON object");
    const struct json *run = json_getz(top, "run"), *account = json_getz(top, "account"), *region = json_getz(top, "region");
    struct reader r = {top, e, true};
    if (run && run->type == JSON_OBJECT) {
        r.object = run;
        read_run(&r, out);
    } else if (account && account->type == JSON_OBJECT) {
        r.object = account;
        read_account(&r, out);
    } else if (region && region->type == JSON_OBJECT) {
        r.object = region;
        read_region(&r, out);
    } else {
        read_call(&r, a, out);
    }
    return r.ok;
}

/* ---- writing ---- */

static void opt_str(struct json_out *o, const char *key, struct str v)
{
    if (v.ptr)
        jo_kv_str(o, key, v);
}

static void opt_int(struct json_out *o, const char *key, int64_t v)
{
    if (v)
        jo_kv_int(o, key, v);
}

static void kv_time(struct json_out *o, const char *key, int64_t us)
{
    char text[INSTANT_TEXT_MAX];
    jo_kv_strz(o, key, instant_cli(us, text));
}

static void write_run(struct json_out *o, const struct bundle_line *l)
{
    jo_key(o, "run");
    jo_object(o);
    jo_kv_int(o, "bundle", BUNDLE_VERSION);
    if (l->has_clock)
        kv_time(o, "clock", l->clock_us);
    opt_str(o, "tool", l->tool);
    opt_str(o, "caller", l->caller);
    if (l->scope) {
        jo_key(o, "scope");
        jo_value(o, l->scope);
    }
    jo_end_object(o);
}

static void write_account(struct json_out *o, const struct bundle_line *l)
{
    jo_key(o, "account");
    jo_object(o);
    jo_kv_str(o, "account", l->account);
    opt_str(o, "name", l->name);
    opt_str(o, "role", l->role);
    jo_kv_bool(o, "reached", l->reached);
    opt_str(o, "reason", l->reason);
    jo_end_object(o);
}

static void write_region(struct json_out *o, const struct bundle_line *l)
{
    jo_key(o, "region");
    jo_object(o);
    jo_kv_str(o, "account", l->account);
    jo_kv_str(o, "region", l->region);
    jo_kv_str(o, "state", l->state);
    jo_kv_bool(o, "wanted", l->wanted);
    opt_str(o, "reason", l->reason);
    jo_end_object(o);
}

static void write_call(struct json_out *o, const struct bundle_line *l, struct str answer_text)
{
    struct str operation = l->op, service = str_cut(&operation, ':');
    jo_kv_str(o, "account", l->account);
    jo_kv_str(o, "region", l->region);
    jo_kv_str(o, "service", service);
    jo_kv_str(o, "operation", operation);
    if (l->params && l->params->count) {
        jo_key(o, "params");
        jo_value(o, l->params);
    }
    jo_kv_strz(o, "status", call_status_name(l->end.status));
    opt_int(o, "http", l->end.http);
    opt_str(o, "code", l->end.code);
    opt_str(o, "message", l->end.message);
    opt_str(o, "missing_action", l->end.missing_action);
    opt_str(o, "request_id", l->end.request_id);
    opt_int(o, "pages", l->end.pages);
    opt_int(o, "rows", l->rows);
    opt_int(o, "attempts", l->end.attempts);
    opt_int(o, "ms", l->end.ms);
    if (l->has_at)
        kv_time(o, "at", l->end.at_us);
    jo_kv_str(o, "source", l->end.source);
    opt_str(o, "file", l->file);
    if (answer_text.ptr) {
        jo_key(o, "answer");
        jo_raw(o, answer_text);
    } else if (l->answer) {
        jo_key(o, "answer");
        jo_value(o, l->answer);
    }
}

void bundle_line_write(struct buf *out, const struct bundle_line *l, struct str answer_text)
{
    struct json_out o;
    jo_init(&o, out, false);
    jo_object(&o);
    switch (l->kind) {
    case BUNDLE_RUN: write_run(&o, l); break;
    case BUNDLE_ACCOUNT: write_account(&o, l); break;
    case BUNDLE_REGION: write_region(&o, l); break;
    case BUNDLE_CALL: write_call(&o, l, answer_text); break;
    }
    jo_end_object(&o);
}
