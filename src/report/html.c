#include "report/html.h"

#include "base/embed.h"
#include "base/instant.h"
#include "codec/json.h"
#include "codec/utf8.h"
#include "report/payload.h"

#include <inttypes.h>

static const size_t page_max_bytes = (size_t)64 << 20;

void html_escape(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i];
        size_t n = c < 0x80 ? 1 : utf8_length(str_sub(s, i, s.len));
        switch (c) {
        case '&': buf_addz(out, "&amp;"); break;
        case '<': buf_addz(out, "&lt;"); break;
        case '>': buf_addz(out, "&gt;"); break;
        case '"': buf_addz(out, "&quot;"); break;
        case '\'': buf_addz(out, "&#39;"); break;
        default:
            if (!n)
                buf_addz(out, "\xEF\xBF\xBD");
            else if (c >= 0x20 && c != 0x7F)
                buf_add(out, str_sub(s, i, i + n));
            else if (c == '\n' || c == '\t')
                buf_addc(out, ' ');
        }
        i += n ? n : 1;
    }
}

static void cell(struct buf *b, const char *open, struct str s)
{
    buf_addz(b, open);
    html_escape(b, s);
    buf_addz(b, "</td>");
}

static void td(struct buf *b, struct str s) { cell(b, "<td>", s); }

static void td_state(struct buf *b, struct str s)
{
    buf_addz(b, "<td class=\"n ");
    html_escape(b, s);
    buf_addz(b, "\">");
    html_escape(b, s);
    buf_addz(b, "</td>");
}

static void td_code(struct buf *b, struct str s)
{
    buf_addz(b, "<td><code>");
    html_escape(b, s);
    buf_addz(b, "</code></td>");
}

static void td_int(struct buf *b, int64_t v) { buf_addf(b, "<td class=\"n\">%" PRId64 "</td>", v); }

/* JSON array of strings as "a, b". */
static void td_list(struct buf *b, struct str json)
{
    struct arena *a = arena_new(4096);
    struct json *list = json.len ? json_parse(a, json, 1 << 16, NULL) : NULL;
    buf_addz(b, "<td>");
    for json_each (item, list) {
        if (item != list->first)
            buf_addz(b, ", ");
        html_escape(b, json_str(item));
    }
    buf_addz(b, "</td>");
    arena_free(a);
}

static void write_cards(struct buf *b, const struct report_model *m)
{
    buf_addz(b, "<div class=\"cards\">");
    for (int v = 0; v < CONTROL_VERDICTS; v++)
        buf_addf(b, "<div class=\"card\"><b class=\"%s\">%" PRId64 "</b>%s</div>",
                 control_verdict_name((enum control_verdict)v), m->totals[v],
                 control_verdict_name((enum control_verdict)v));
    buf_addf(b, "<div class=\"card\"><b>%" PRId64 "</b>resources</div>", m->resources);
    if (m->unassigned >= 0)
        buf_addf(b, "<div class=\"card\"><b class=\"%s\">%" PRId64 "</b>unassigned</div>",
                 m->unassigned ? "unknown" : "pass", m->unassigned);
    buf_addf(b, "<div class=\"card\"><b class=\"%s\">%" PRId64 " / %" PRId64 "</b>calls answered</div></div>",
             m->calls_good < m->calls ? "unknown" : "pass", m->calls_good, m->calls);
}

static void write_head(struct buf *b, const struct report_model *m)
{
    char as_of[INSTANT_TEXT_MAX], started[INSTANT_TEXT_MAX];
    buf_addz(b, "<header><h1>HIPAA Security Rule: evidence from AWS");
    if (m->company.len) {
        buf_addz(b, " for ");
        html_escape(b, m->company);
    }
    buf_addf(b, "</h1><p class=\"dim\">Judged as of %s. Collected %s", instant_z(m->as_of_us, as_of),
             instant_z(str_eqz(m->run_kind, "import") ? m->clock_us : m->started_us, started));
    if (m->caller_arn.len) {
        buf_addz(b, " by <code>");
        html_escape(b, m->caller_arn);
        buf_addz(b, "</code>");
    }
    buf_addf(b, ", %zu account(s), %zu region(s). ward ", m->account_count, m->regions_wanted);
    html_escape(b, m->tool_version);
    buf_addz(b, ". Evidence supports a citation, contradicts it, is not enough, "
                "or a document is needed: ward never says that a citation is met.");
    if (str_eqz(m->run_source, "sample"))
        buf_addz(b, " <b>The organization is made up: the sample that ward carries.</b>");
    if (m->calls_stub)
        buf_addf(b, " <b class=\"unknown\">%" PRId64 " of the answers come from a stub server, not from AWS.</b>",
                 m->calls_stub);
    buf_addz(b, "</p>");
    write_cards(b, m);
    buf_addz(b, "</header><nav><div><a href=\"#register\">Register</a><a href=\"#findings\">Findings</a>"
                "<a href=\"#controls\">Controls</a>");
    buf_addz(b, m->proof_html.len ? "<a href=\"#map\">Map</a><a href=\"#ways\">Ways</a>" : "");
    buf_addz(b,                 "<a href=\"#resources\">Resources</a><a href=\"#coverage\">Coverage</a>"
                "<a href=\"#calls\">Calls that failed</a></div></nav><main>");
}

static void write_register(struct buf *b, const struct report_model *m)
{
    buf_addz(b, "<h2 id=\"register\">Register of 45 CFR 164.308 to 164.316</h2><table class=\"register\"><thead><tr>"
                "<th>Section<th>Title<th>Kind<th>State<th>Evidence</tr></thead><tbody>");
    for (size_t i = 0; i < m->citation_count; i++) {
        const struct report_citation *c = &m->citations[i];
        buf_addz(b, "<tr>");
        cell(b, "<td class=\"n\">", c->section);
        td(b, c->title);
        cell(b, "<td class=\"n\">", c->kind);
        td_state(b, c->state);
        td(b, c->detail);
        buf_addz(b, "</tr>");
    }
    buf_addz(b, "</tbody></table>");
}

static void write_findings_frame(struct buf *b)
{
    static const char *const selects[] = {"control", "account", "region", "tenant", "type"};
    buf_addz(b, "<h2 id=\"findings\">Findings</h2><div id=\"filters\" role=\"toolbar\" aria-label=\"Filters\">"
                "<input id=\"search\" type=\"search\" placeholder=\"Search ( / )\" aria-label=\"Search findings\">");
    for (int v = 0; v < CONTROL_VERDICTS; v++)
        buf_addf(b, "<button type=\"button\" data-name=\"%s\" aria-pressed=\"%s\">%s</button>",
                 control_verdict_name((enum control_verdict)v), v <= CONTROL_WAIVED ? "true" : "false",
                 control_verdict_name((enum control_verdict)v));
    for (int s = 0; s < CONTROL_SEVERITIES; s++)
        buf_addf(b, "<button type=\"button\" data-name=\"%s\" aria-pressed=\"true\">%s</button>",
                 control_severity_name((enum control_severity)s), control_severity_name((enum control_severity)s));
    for (size_t i = 0; i < sizeof selects / sizeof *selects; i++)
        buf_addf(b, "<select id=\"f-%s\" aria-label=\"%s\"><option value=\"\">any %s</option></select>", selects[i],
                 selects[i], selects[i]);
    buf_addz(b, "</div><p class=\"dim screen\"><span id=\"count\" role=\"status\">Unpacking&hellip;</span> &middot; "
                "<kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous, "
                "<kbd>1</kbd>&ndash;<kbd>5</kbd> verdicts, <kbd>c</kbd> <kbd>h</kbd> <kbd>m</kbd> "
                "<kbd>l</kbd> severities, "
                "<kbd>Esc</kbd> back to the list</p>"
                "<div id=\"view\" tabindex=\"0\" role=\"listbox\" aria-label=\"Findings, worst first\">"
                "<div id=\"space\"></div></div><div id=\"detail\" hidden></div>"
                "<noscript><p>The list of findings needs JavaScript; "
                "<code>ward audit --offline --output csv --all-findings</code> prints the same rows.</p></noscript>");
}

static void write_controls(struct buf *b, const struct report_model *m)
{
    buf_addz(b, "<h2 id=\"controls\">Controls</h2><table><thead><tr>"
                "<th>Control<th>Title<th>Severity<th>Verdict<th>Fail<th>Unknown<th>Waived<th>Pass<th>45 CFR"
                "<th>Remedy</tr></thead><tbody>");
    for (size_t i = 0; i < m->control_count; i++) {
        const struct report_control *c = &m->controls[i];
        buf_addz(b, "<tr>");
        td_code(b, c->id);
        td(b, c->title);
        td(b, c->severity);
        td_state(b, c->verdict);
        td_int(b, c->fail);
        td_int(b, c->unknown);
        td_int(b, c->waived);
        td_int(b, c->pass);
        td_list(b, c->citations_json);
        td(b, c->remedy);
        buf_addz(b, "</tr>");
    }
    buf_addz(b, "</tbody></table>");
}

/* -1 is "not counted". */
static void td_counted(struct buf *b, int64_t count)
{
    if (count < 0)
        td(b, STR("not counted"));
    else
        td_int(b, count);
}

static void write_resources(struct buf *b, const struct report_model *m)
{
    buf_addf(b, "<h2 id=\"resources\">Resources</h2><p>%" PRId64 " found", m->resources);
    if (m->unassigned >= 0)
        buf_addf(b, "; %" PRId64 " are of no tenant by the tags that were read and the rules of ward.yaml, and not declared shared; %" PRId64 " can hold PHI",
                 m->unassigned, m->phi_stores);
    buf_addz(b, ".</p><table><thead><tr><th>Type<th>Count<th>Of no tenant<th>Can hold PHI</tr></thead><tbody>");
    for (size_t i = 0; i < m->type_count; i++) {
        buf_addz(b, "<tr>");
        td(b, m->types[i].type);
        td_int(b, m->types[i].count);
        td_counted(b, m->types[i].unassigned);
        td_counted(b, m->types[i].phi);
        buf_addz(b, "</tr>");
    }
    buf_addz(b, "</tbody></table>");
}

static void write_coverage(struct buf *b, const struct report_model *m)
{
    buf_addz(b, "<h2 id=\"coverage\">Coverage</h2><table><thead><tr>"
                "<th>Account<th>Name<th>Reached<th>Role<th>Regions read<th>Regions not read</tr></thead><tbody>");
    for (size_t i = 0; i < m->account_count; i++) {
        const struct report_account *acc = &m->accounts[i];
        buf_addz(b, "<tr>");
        td_code(b, acc->account);
        td(b, acc->name);
        buf_addf(b, "<td class=\"%s\">%s", acc->reached ? "pass" : "unknown", acc->reached ? "yes" : "no: ");
        html_escape(b, acc->reached ? STR("") : acc->reason);
        buf_addz(b, "</td>");
        td(b, acc->role);
        for (int wanted = 1; wanted >= 0; wanted--) {
            buf_addz(b, "<td>");
            const char *comma = "";
            for (size_t k = 0; k < m->region_count; k++) {
                const struct report_region *r = &m->regions[k];
                if (!str_eq(r->account, acc->account) || r->wanted != (wanted == 1))
                    continue;
                buf_addz(b, comma);
                html_escape(b, r->region);
                if (!wanted) {
                    buf_addz(b, " (");
                    html_escape(b, r->state);
                    buf_addz(b, ")");
                }
                comma = ", ";
            }
            buf_addz(b, "</td>");
        }
        buf_addz(b, "</tr>");
    }
    buf_addz(b, "</tbody></table>");
}

static void write_gaps(struct buf *b, const struct report_model *m)
{
    buf_addz(b, "<h2 id=\"calls\">Calls that failed</h2>");
    if (!m->gap_count) {
        buf_addz(b, "<p>None.</p>");
        return;
    }
    buf_addz(b, "<table><thead><tr><th>Status<th>Operation<th>Account<th>Regions<th>Calls<th>Code<th>Missing action"
                "<th>Message</tr></thead><tbody>");
    for (size_t i = 0; i < m->gap_count; i++) {
        const struct report_gap *g = &m->gaps[i];
        buf_addz(b, "<tr>");
        td(b, g->status);
        td_code(b, g->op);
        td_code(b, g->account);
        td(b, g->regions);
        td_int(b, g->count);
        td(b, g->code);
        td_code(b, g->missing_action);
        td(b, g->message);
        buf_addz(b, "</tr>");
    }
    buf_addz(b, "</tbody></table>");
}

static bool put(struct report_sink *sink, struct str s, struct err *e) { return sink->write(sink->user, s, e); }

/* The template around its three marks. */
static bool split_template(struct str parts[4], struct err *e)
{
    static const char *const marks[] = {"{{TITLE}}", "{{STATIC}}", "{{PAYLOAD}}"};
    struct str rest = embed_get("report/page.html");
    for (int i = 0; i < 3; i++) {
        const char *at = rest.len ? memmem(rest.ptr, rest.len, marks[i], strlen(marks[i])) : NULL;
        if (!at)
            return err_set(e, ERR_INTERNAL, "report/page.html lacks %s", marks[i]);
        parts[i] = str_make(rest.ptr, (size_t)(at - rest.ptr));
        rest = str_sub(rest, parts[i].len + strlen(marks[i]), rest.len);
    }
    parts[3] = rest;
    return true;
}

bool report_html(const struct report_model *m, struct report_sink *sink, struct err *e)
{
    struct str parts[4], payload;
    int64_t count;
    struct arena *a = arena_new(0);
    struct buf title, body;
    buf_init(&title, 4096);
    buf_init(&body, page_max_bytes);
    buf_addz(&title, "ward audit");
    if (m->company.len) {
        buf_addz(&title, ": ");
        html_escape(&title, m->company);
    }
    write_head(&body, m);
    write_register(&body, m);
    write_findings_frame(&body);
    write_controls(&body, m);
    write_resources(&body, m);
    buf_add(&body, m->proof_html);
    write_coverage(&body, m);
    write_gaps(&body, m);
    buf_addz(&body, "</main>");
    bool ok = (!body.failed || err_set(e, ERR_LIMIT, "the report is larger than 64 MiB without its findings")) &&
              split_template(parts, e) && report_payload(m, a, &payload, &count, e) && put(sink, parts[0], e) &&
              put(sink, buf_str(&title), e) && put(sink, parts[1], e) && put(sink, buf_str(&body), e) &&
              put(sink, parts[2], e) && put(sink, payload, e) && put(sink, parts[3], e);
    buf_done(&title);
    buf_done(&body);
    arena_free(a);
    return ok;
}
