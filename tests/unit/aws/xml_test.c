/* aws/xml.h: what is read, and what is refused. */
#include "aws/xml.h"
#include "base/buf.h"
#include "harness.h"

static struct xml_node *parse(struct arena *a, const char *text, struct err *e)
{
    *e = (struct err){0};
    return xml_parse(a, str_of(text), 1 << 20, e);
}

static void tree_of_elements_texts_and_attributes(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e;
    const struct xml_node *root = parse(a, "<?xml version=\"1.0\"?>\n<!-- c --><x:A xmlns:x=\"u\" xmlns=\"v\" x:type=\"T\" n=\"1\">\n"
                                           "  <b>one &amp; &#x41;<![CDATA[<two>]]></b> lost <b/><c> s </c></x:A>", &e);
    expect_ok(root, &e);
    expect_str(root->name, "A");
    expect_str(root->text, "");
    expect_str(root->attrs->name, "type");
    expect_str(root->attrs->value, "T");
    expect_str(root->attrs->next->value, "1");
    assert_null(root->attrs->next->next);
    expect_str(root->first->text, "one & A<two>");
    expect_str(root->first->next->name, "b");
    expect_str(root->first->next->text, "");
    expect_str(xml_child_text(root, "c"), " s ");
    expect_str(xml_child_text(root, "b"), "one & A<two>");
    assert_null(xml_child_text(root, "d").ptr);
    assert_null(xml_child(NULL, "b"));
    arena_free(a);
}

static void what_is_not_xml_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "", " ", "text", "<a>", "<a></b>", "<a/><b/>", "<a", "<a><b></a>", "<a>&nope;</a>", "<a>\x01</a>", "<a>\xff</a>", "<a b=1/>",
        "<a b=\"1\" b=\"2\"/>", "{}", "<a/>x",
    };
    struct arena *a = arena_new(0);
    struct err e;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (parse(a, bad[i], &e))
            fail_msg("\"%s\" was read", bad[i]);
        expect_err(&e, ERR_PARSE, "XML line ");
    }
    arena_free(a);
}

static void a_doctype_is_refused(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e;
    assert_null(parse(a, "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", &e));
    expect_err(&e, ERR_PARSE, "DOCTYPE");
    assert_null(parse(a, "<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>", &e));
    expect_err(&e, ERR_PARSE, "line 1 column");
    arena_free(a);
}

static void depth_and_size_are_capped(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e;
    struct buf b;
    for (int depth = XML_DEPTH_MAX; depth <= XML_DEPTH_MAX + 1; depth++) {
        buf_init(&b, 1 << 20);
        for (int i = 0; i < depth; i++)
            buf_addz(&b, "<a>");
        for (int i = 0; i < depth; i++)
            buf_addz(&b, "</a>");
        assert_int_equal(parse(a, buf_cstr(&b), &e) != NULL, depth == XML_DEPTH_MAX);
        buf_done(&b);
    }
    expect_err(&e, ERR_LIMIT, "too deep");
    e = (struct err){0};
    assert_null(xml_parse(a, STR("<a>123</a>"), 9, &e));
    expect_err(&e, ERR_LIMIT, "at most 9");
    e = (struct err){0};
    assert_non_null(xml_parse(a, STR("<a>123</a>"), 10, &e));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tree_of_elements_texts_and_attributes),
        cmocka_unit_test(what_is_not_xml_is_refused),
        cmocka_unit_test(a_doctype_is_refused),
        cmocka_unit_test(depth_and_size_are_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
