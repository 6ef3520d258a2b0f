#include "base/embed.h"
#include "cli/table.h"
#include "codec/json.h"
#include "codec/library.h"
#include "net/library.h"
#include "store/library.h"
#include "verb/git_id.h"
#include "verb/verb.h"

enum { LIBRARIES = CODEC_LIBRARIES + 2 };

static void libraries(struct library out[LIBRARIES])
{
    out[0] = (struct library){"libcurl", net_library_version()};
    out[1] = (struct library){"sqlite", store_library_version()};
    codec_libraries(out + 2);
}

/* "1.44.5" of "# made by ... from botocore 1.44.5", which the generator writes as the first line. */
static struct str botocore_version(void)
{
    struct str rest = embed_get("data/aws/operations.tsv"), line = str_cut(&rest, '\n');
    struct str word = {NULL, 0};
    while (line.ptr && !str_eqz(word, "botocore"))
        word = str_cut(&line, ' ');
    return line.ptr ? str_cut(&line, ' ') : (struct str){NULL, 0};
}

static int64_t count_files(const char *prefix)
{
    int64_t n = 0;
    for (size_t i = 0; i < embedded_count; i++)
        n += str_starts(str_of(embedded_files[i].name), str_of(prefix));
    return n;
}

/* Rows below the comment and the line of column names. */
static int64_t count_operations(void)
{
    int64_t n = -1;
    for (struct str rest = embed_get("data/aws/operations.tsv"); rest.ptr;) {
        struct str line = str_cut(&rest, '\n');
        n += line.len && line.ptr[0] != '#';
    }
    return n < 0 ? 0 : n;
}

static void write_json(struct buf *b, const struct library *l)
{
    struct json_out o;
    jo_init(&o, b, true);
    jo_object(&o);
    jo_kv_strz(&o, "schema", "ward.version/1");
    jo_kv_strz(&o, "version", WARD_VERSION);
    jo_kv_strz(&o, "git", WARD_GIT_ID[0] ? WARD_GIT_ID : NULL);
    jo_key(&o, "libraries");
    jo_object(&o);
    for (size_t i = 0; i < LIBRARIES; i++)
        jo_kv_strz(&o, l[i].name, l[i].version);
    jo_end_object(&o);
    jo_kv_int(&o, "operations", count_operations());
    jo_kv_str(&o, "botocore", botocore_version());
    jo_kv_int(&o, "controls", count_files("controls/"));
    jo_end_object(&o);
    buf_addc(b, '\n');
}

static void write_text(struct buf *b, struct arena *a, const struct library *l)
{
    static const struct table_column columns[2] = {{0}};
    struct table *t = table_new(a, columns, 2);
    for (size_t i = 0; i < LIBRARIES; i++) {
        table_row(t);
        table_cell(t, PAINT_PLAIN, str_of(l[i].name));
        table_cell(t, PAINT_PLAIN, str_of(l[i].version));
    }
    table_row(t);
    table_cell(t, PAINT_PLAIN, STR("operations"));
    table_cell(t, PAINT_PLAIN, arena_printf(a, "%lld, from botocore %.*s", (long long)count_operations(), STR_ARG(botocore_version())));
    table_row(t);
    table_cell(t, PAINT_PLAIN, STR("controls"));
    table_int(t, count_files("controls/"));
    buf_addf(b, "ward %s%s%s\n", WARD_VERSION, WARD_GIT_ID[0] ? ", git " : "", WARD_GIT_ID);
    table_write(t, b, false, 2, 200);
}

int verb_version(struct ward *w, struct err *e)
{
    (void)e;
    struct library l[LIBRARIES];
    struct buf b;
    buf_init(&b, 1 << 20);
    libraries(l);
    if (str_eqz(cli_str(w->cli, "output"), "json"))
        write_json(&b, l);
    else
        write_text(&b, w->arena, l);
    out_str(w->out, buf_str(&b));
    buf_done(&b);
    return EXIT_GOOD;
}
