#include "aws/cred.h"

#include <expat.h>

enum { DEPTH_MAX = 16, LEAF_TEXT_MAX = CRED_TEXT_MAX };

struct reader {
    XML_Parser parser;
    struct arena *a;
    struct cred_leaf *leaves;
    size_t count;
    int depth;
    struct cred_leaf *open; /* the wanted element that is open */
    struct buf text;
    const char *refused;
};

static void refuse(struct reader *r, const char *why)
{
    r->refused = why;
    XML_StopParser(r->parser, XML_FALSE);
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *r = user;
    (void)attributes;
    if (++r->depth > DEPTH_MAX) {
        refuse(r, "nested too deep");
        return;
    }
    r->open = NULL;
    buf_reset(&r->text);
    for (size_t i = 0; i < r->count; i++)
        if (!r->leaves[i].text.ptr && strcmp(r->leaves[i].name, name) == 0)
            r->open = &r->leaves[i];
}

static void on_end(void *user, const XML_Char *name)
{
    struct reader *r = user;
    (void)name;
    r->depth--;
    if (r->open)
        r->open->text = arena_str(r->a, str_trim(buf_str(&r->text)));
    r->open = NULL;
}

static void on_text(void *user, const XML_Char *text, int len)
{
    struct reader *r = user;
    if (!r->open)
        return;
    buf_add(&r->text, str_make(text, (size_t)len));
    if (r->text.failed)
        refuse(r, "an element is too long");
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *sysid, const XML_Char *pubid, int internal)
{
    (void)name, (void)sysid, (void)pubid, (void)internal;
    refuse(user, "it has a document type");
}

bool cred_leaves(struct arena *a, struct str xml, struct cred_leaf *leaves, size_t count, struct err *e)
{
    struct reader r = {.a = a, .leaves = leaves, .count = count};
    if (xml.len > CRED_FILE_MAX)
        return err_set(e, ERR_LIMIT, "an XML answer of %zu bytes", xml.len);
    r.parser = XML_ParserCreate("UTF-8");
    if (!r.parser)
        die("out of memory");
    buf_init(&r.text, LEAF_TEXT_MAX);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    bool ok = XML_Parse(r.parser, xml.ptr ? xml.ptr : "", (int)xml.len, 1) == XML_STATUS_OK;
    if (!ok)
        err_set(e, ERR_PARSE, "the answer is not the XML it should be: %s",
                r.refused ? r.refused : XML_ErrorString(XML_GetErrorCode(r.parser)));
    XML_ParserFree(r.parser);
    if (r.text.ptr)
        explicit_bzero(r.text.ptr, r.text.size);
    buf_done(&r.text);
    return ok;
}
