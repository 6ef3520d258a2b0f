#include "config/man.h"

static const char *const introduction[] = {
    "The configuration of ward: a strict part of YAML. Anchors, aliases, tags, merge keys and further documents are "
    "refused, and so is a key that is unknown or there twice. A value is read as its key wants it: no, 1e3 and 08:00 "
    "are text where text is wanted.",
    "The value of a key is taken from its WARD_ environment variable, else from the file named by the option config "
    "or, without it, from ward.yaml in the current folder and then from that of the user, else it is the default. "
    "Maps of the two files are merged; a list is taken whole from the first.",
    "In patterns a star stands for any characters and a question mark for one.",
};

static void put_key(struct buf *b, struct arena *a, const struct schema *s)
{
    mdoc_item(b, "Cm", s->path);
    struct str type = schema_type_text(a, s);
    struct buf text;
    buf_init(&text, 65536);
    buf_add(&text, s->help);
    if (text.len && text.ptr[0] >= 'a' && text.ptr[0] <= 'z')
        text.ptr[0] = (char)(text.ptr[0] - 'a' + 'A');
    buf_addf(&text, ". Value: ");
    for (struct str rest = type; rest.ptr;) {
        buf_add(&text, str_cut(&rest, '|'));
        if (rest.ptr)
            buf_addz(&text, ", ");
    }
    buf_addz(&text, s->required ? "; required." : ".");
    if (s->fallback.ptr)
        buf_addf(&text, " Default: %.*s.", STR_ARG(s->fallback));
    mdoc_text(b, buf_str(&text));
    buf_done(&text);
}

static void put_keys(struct buf *b, struct arena *a, const struct schema *map)
{
    for (const struct schema *s = map->first; s; s = s->next) {
        put_key(b, a, s);
        put_keys(b, a, s);
    }
}

void man_config(struct buf *b, const struct cli_table *t, const struct schema *root)
{
    struct arena *a = arena_new(0);
    mdoc_begin(b, t, "WARD.YAML", "5", "ward.yaml", STR("configuration of ward"));
    mdoc_section(b, "DESCRIPTION");
    for (size_t i = 0; i < sizeof introduction / sizeof *introduction; i++) {
        if (i)
            buf_addz(b, ".Pp\n");
        mdoc_text(b, str_of(introduction[i]));
    }
    buf_addz(b, ".Pp\n");
    mdoc_text(b, STR("The keys are as follows. A dot goes into a map, a star stands for any name, and brackets for each "
                     "entry of a list."));
    mdoc_list(b, "Ds");
    put_keys(b, a, root);
    mdoc_list_end(b);
    mdoc_section(b, "FILES");
    mdoc_list(b, "Ds");
    mdoc_item(b, "Pa", STR("./ward.yaml"));
    mdoc_text(b, STR("Of the project."));
    mdoc_item(b, "Pa", STR("$XDG_CONFIG_HOME/ward/ward.yaml"));
    mdoc_text(b, STR("Of the user; without the variable ~/.config/ward/ward.yaml."));
    mdoc_list_end(b);
    buf_addz(b, ".Sh SEE ALSO\n.Xr ward 1 ,\n.Xr ward-config 1 ,\n.Xr ward-init 1 ,\n.Xr ward-waive 1\n");
    arena_free(a);
}
