/* ward map: the network, or the matrix, as a picture. */
#include "base/file.h"
#include "facts/facts.h"
#include "verb/demo.h"
#include "verb/map_proof.h"
#include "verb/world.h"

static const size_t picture_bytes_max = (size_t)64 << 20;

static bool to_buf(void *user, struct str chunk, struct err *e)
{
    buf_add(user, chunk);
    return !((struct buf *)user)->failed || err_set(e, ERR_LIMIT, "the picture is larger than 64 MiB");
}

static bool write_picture(struct ward *w, const struct netmap_view *v, struct err *e)
{
    const char *path = cli_strz(w->cli, "out");
    struct buf b;
    struct report_sink sink = {to_buf, &b};
    buf_init(&b, picture_bytes_max);
    double from = verb_lap(w, 0, NULL);
    bool ok = cli_flag(w->cli, "matrix") ? netmap_matrix_svg(v, &sink, e) : netmap_svg(v, &sink, e);
    verb_lap(w, from, "picture");
    if (ok && path)
        ok = file_replace(path, buf_str(&b), 0600, e);
    else if (ok)
        out_str(w->out, buf_str(&b));
    buf_done(&b);
    return ok;
}

static int draw(struct ward *w, struct store *s, int64_t run, const struct config *config, struct err *e)
{
    enum map_proof_kind kind = cli_flag(w->cli, "plain") ? MAP_PLAIN : cli_flag(w->cli, "network") ? MAP_NETWORK : MAP_BOTH;
    struct map_proof p;
    int status = EXIT_GOOD;
    if (map_proof_make(w, s, run, config->doc, kind, cli_flag(w->cli, "assume-default-nacl"), &p, e) && write_picture(w, &p.view, e))
        status = map_proof_status(&p);
    map_proof_done(&p);
    return status;
}

int verb_map(struct ward *w, struct err *e)
{
    unsigned mode = demo_asked(w) ? STORE_WRITE | STORE_CREATE : STORE_WRITE;
    if (cli_flag(w->cli, "plain") && (cli_flag(w->cli, "matrix") || cli_flag(w->cli, "network"))) {
        err_set(e, ERR_USAGE, "--plain proves nothing: it goes with neither --matrix nor --network");
        return EXIT_GOOD;
    }
    const struct config *config = demo_config(w, e);
    struct store *s = config ? store_open(demo_store_path(w), mode, e) : NULL;
    if (!s)
        return EXIT_GOOD;
    int64_t run = verb_run(w, s, e);
    int status = EXIT_GOOD;
    if (run && facts_build(w->arena, s, run, config->doc, w->now_us, e))
        status = draw(w, s, run, config, e);
    store_close(s);
    return status;
}
