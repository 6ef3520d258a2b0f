#include "base/instant.h"
#include "collect/import.h"
#include "codec/text.h"
#include "verb/verb.h"

#include <inttypes.h>

enum { NOTES_SHOWN = 20 };

static void say_notes(struct ward *w, const struct bundle_summary *sum)
{
    struct buf line;
    buf_init(&line, 1 << 16);
    for (uint32_t i = 0; i < sum->note_count; i++) {
        if (i == NOTES_SHOWN && !w->term.verbose) {
            term_say(&w->term, "and %" PRIu64 " more notes (--verbose)",
                     sum->note_count - NOTES_SHOWN + sum->notes_dropped);
            break;
        }
        buf_reset(&line);
        text_safe(&line, sum->notes[i].place);
        buf_addz(&line, ": ");
        text_safe(&line, sum->notes[i].message);
        term_say(&w->term, "note: %s", buf_cstr(&line));
    }
    buf_done(&line);
}

static void print(struct ward *w, const struct bundle_summary *sum)
{
    char clock[INSTANT_TEXT_MAX];
    instant_z(sum->clock_us, clock);
    if (str_eqz(cli_str(w->cli, "output"), "json")) {
        out_f(w->out,
              "{\"schema\":\"ward.import/1\",\"run\":%" PRId64 ",\"clock\":\"%s\",\"calls\":%" PRIu64
              ",\"answers\":%" PRIu64 ",\"broken\":%" PRIu64 ",\"skipped\":%" PRIu64 "}\n",
              sum->run, clock, sum->calls, sum->answers, sum->broken, sum->skipped);
        return;
    }
    out_f(w->out, "run %" PRId64 ": %" PRIu64 " calls, %" PRIu64 " with an answer, as of %s", sum->run, sum->calls,
          sum->answers, clock);
    if (sum->broken || sum->skipped)
        out_f(w->out, "; %" PRIu64 " answers could not be used, %" PRIu64 " files or lines were no calls", sum->broken,
              sum->skipped);
    out_f(w->out, "\njudge it: ward audit --offline --run %" PRId64 "\n", sum->run);
}

int verb_import(struct ward *w, struct err *e)
{
    struct bundle_options o = {.tool_version = WARD_VERSION, .now_us = w->now_us};
    struct bundle_summary sum;
    struct str format = cli_str(w->cli, "format");
    o.format = str_eqz(format, "iam-collect") ? IMPORT_IAM_COLLECT : str_eqz(format, "gaad") ? IMPORT_GAAD : IMPORT_BUNDLE;
    o.assume_default_nacl = cli_flag(w->cli, "assume-default-nacl");
    cli_time_us(w->cli, "clock", &o.clock_us);
    struct store *s = store_open(cli_strz(w->cli, "db"), STORE_WRITE | STORE_CREATE, e);
    if (!s)
        return EXIT_GOOD;
    char *path = arena_cstr(w->arena, cli_arg(w->cli, 0));
    int status = EXIT_GOOD;
    if (bundle_import(s, path, &o, w->arena, &sum, e)) {
        say_notes(w, &sum);
        print(w, &sum);
        status = sum.broken ? EXIT_INCOMPLETE : EXIT_GOOD;
    }
    store_close(s);
    return status;
}
