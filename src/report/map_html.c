/* The section of the HTML report: pictures, and the text behind each cell. No script. */
#include "report/map_internal.h"

#include "report/html.h"
#include "report/joint.h"
#include "report/prove_net.h"

static const size_t section_bytes_max = (size_t)16 << 20, picture_inline_max = (size_t)2 << 20, texts_bytes_max = (size_t)4 << 20;

static bool to_buf(void *user, struct str chunk, struct err *e)
{
    (void)e;
    buf_add(user, chunk);
    return true;
}

static bool add_picture(const struct netmap_view *v, bool matrix, struct buf *out, struct err *e)
{
    struct buf picture;
    struct report_sink sink = {to_buf, &picture};
    buf_init(&picture, section_bytes_max);
    bool ok = matrix ? netmap_matrix_svg(v, &sink, e) : netmap_svg(v, &sink, e);
    if (ok && (picture.failed || picture.len > picture_inline_max))
        buf_addf(out, "<p>The %s is larger than 2 MiB and was left out: <code>ward map%s --out FILE</code> writes it.</p>\n", matrix ? "matrix" : "map",
                 matrix ? " --matrix" : "");
    else if (ok) {
        buf_addz(out, "<div style=\"overflow:auto\">\n");
        buf_add(out, buf_str(&picture));
        buf_addz(out, "</div>\n");
    }
    buf_done(&picture);
    return ok;
}

static void add_text(const struct netmap_view *v, uint32_t at, struct buf *out)
{
    struct netmap_cell c = netmap_cell_at(v, at);
    struct buf text;
    buf_init(&text, (size_t)1 << 20);
    if (c.joint) {
        struct joint_view view = {.joint = v->joint, .run = v->run};
        joint_text_cell(&view, c.joint, &text);
    } else
        net_text_cell(v->half, c.network, false, &text);
    buf_addf(out, "<details open id=\"w-%u\"><summary>", at + 1);
    html_escape(out, v->labels->names[c.subject]);
    buf_addz(out, " &rarr; ");
    html_escape(out, v->labels->names[c.object]);
    buf_addf(out, ": %s</summary><pre style=\"white-space:pre-wrap;overflow-wrap:anywhere\">", netmap_word(c.word)->name);
    struct str rest = buf_str(&text);
    while (rest.ptr) {
        html_escape(out, str_cut(&rest, '\n'));
        buf_addc(out, '\n');
    }
    buf_addz(out, text.failed ? "[cut]</pre></details>\n" : "</pre></details>\n");
    buf_done(&text);
}

bool netmap_html(const struct netmap_view *given, struct str *out, struct err *e)
{
    struct netmap_view v = *given;
    struct buf b;
    uint32_t count = netmap_cell_count(&v), told = 0;
    buf_init(&b, section_bytes_max);
    v.linked = true;
    buf_addz(&b, "<h2 id=\"map\">Network and tenants</h2>\n");
    if (!add_picture(&v, false, &b, e) || !add_picture(&v, true, &b, e)) {
        buf_done(&b);
        return false;
    }
    buf_addz(&b, "<h2 id=\"ways\">Cells that are not proved</h2>\n");
    size_t from = b.len;
    for (; told < count && told < NETMAP_WITNESSES_MAX && b.len - from < texts_bytes_max; told++)
        add_text(&v, told, &b);
    if (told < count)
        buf_addf(&b, "<p>%u more cell(s) are not told here: <code>ward prove --all-findings</code> tells all.</p>\n", count - told);
    bool ok = !b.failed || err_set(e, ERR_LIMIT, "the section of the proof is larger than 16 MiB");
    *out = ok ? arena_str(v.arena, buf_str(&b)) : str_make(NULL, 0);
    buf_done(&b);
    return ok;
}
