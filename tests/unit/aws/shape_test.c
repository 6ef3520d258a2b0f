/* aws/shape.h: the table of answers. */
#include "aws/shape.h"
#include "harness.h"

static const char good[] = "# made by hand\n"
                           "#a query\n"
                           "@Get 0 in:GetResult\n"
                           "0 A B=b:i C=@t:b D=!x-d:t E=!:i F:1 G:[s] H:[Item/1] I=i:[*x] J:{s} K:{N/V/[1]} L:{*N/V/1}\n"
                           "1 Z:p Y:j X:x W:f\n"
                           "@None -\n"
                           "#b ec2\n"
                           "@Get 0 payload:P\n"
                           "0 P:1\n"
                           "1 Q:[s]\n"
                           "2 *\n"
                           "@Raw 3 raw:T\n"
                           "3 T U:2\n";

static const struct aws_member *member(const struct aws_struct *s, const char *name)
{
    for (uint32_t i = 0; i < s->count; i++)
        if (str_eqz(s->members[i].name, name))
            return &s->members[i];
    fail_msg("no member %s", name);
    return NULL;
}

static void places_kinds_and_names(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    const struct aws_shapes *s = aws_shapes_parse(a, str_of(good), &e);
    expect_ok(s, &e);
    const struct aws_output *out = aws_shapes_find(s, STR("a:Get"));
    expect_str(out->wrapper, "GetResult");
    assert_int_equal(out->root->count, 12);
    const struct aws_member *m = member(out->root, "A");
    expect_str(m->wire, "A");
    assert_int_equal(m->ref.kind, 's');
    m = member(out->root, "B");
    expect_str(m->wire, "b");
    assert_int_equal(m->ref.kind, 'i');
    assert_int_equal(m->place, AWS_PLACE_BODY);
    m = member(out->root, "C");
    expect_str(m->wire, "t");
    assert_int_equal(m->place, AWS_PLACE_ATTRIBUTE);
    m = member(out->root, "D");
    expect_str(m->wire, "x-d");
    assert_int_equal(m->place, AWS_PLACE_HEADER);
    assert_int_equal(member(out->root, "E")->place, AWS_PLACE_STATUS);
    assert_ptr_equal(member(out->root, "F")->ref.structure, member(out->root, "H")->ref.element->structure);
    expect_str(member(out->root, "G")->ref.tag, "member");
    expect_str(member(out->root, "H")->ref.tag, "Item");
    assert_true(member(out->root, "I")->ref.flat && member(out->root, "L")->ref.flat);
    assert_false(member(out->root, "H")->ref.flat || member(out->root, "K")->ref.flat);
    expect_str(member(out->root, "J")->ref.key, "key");
    expect_str(member(out->root, "J")->ref.value, "value");
    m = member(out->root, "K");
    expect_str(m->ref.key, "N");
    expect_str(m->ref.value, "V");
    assert_int_equal(m->ref.element->kind, 'L');
    assert_int_equal(m->ref.element->element->kind, 'S');
    assert_null(aws_shapes_find(s, STR("a:None"))->root);
    arena_free(a);
}

static void sections_have_structures_of_their_own(void **state)
{
    (void)state;
    struct arena *a = arena_new(0);
    struct err e = {0};
    const struct aws_shapes *s = aws_shapes_parse(a, str_of(good), &e);
    expect_ok(s, &e);
    const struct aws_output *out = aws_shapes_find(s, STR("b:Get"));
    expect_str(out->payload, "P");
    assert_false(out->raw);
    expect_str(member(out->root->members[0].ref.structure, "Q")->ref.tag, "item");
    out = aws_shapes_find(s, STR("b:Raw"));
    assert_true(out->raw);
    expect_str(out->payload, "T");
    assert_true(member(out->root, "U")->ref.structure->document);
    assert_null(aws_shapes_find(s, STR("b:None")));
    arena_free(a);
}

static void malformed_tables_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"0 A", "bad structure number"},          {"@Get 0", "without name or service"},     {"@Get -", "without name or service"},
        {"#a q\n@ 0\n0 A", "without name"},       {"#a q\n@Get 0", "is nowhere"},         {"#a q\n@Get 0\n0 A:1\n#b q\n1 A", "is nowhere"},
        {"#a q\n0 A\n0 B", "is there twice"},     {"#a q\n@Get -\n@Get -", "is there twice"}, {"#a q\n4096 A", "bad structure number"},
        {"#a q\nx A", "bad structure number"},    {"#a q\n0 =w", "without a name"},       {"#a q\n0 A:", "bad structure number"},
        {"#a q\n0 A:z", "bad structure number"},  {"#a q\n0 A:[s", "bad structure number"}, {"#a q\n0 A:{k/s}", "a key and a value"},
        {"#a q\n@Get - in", "bad operation"},     {"#a q\n@Get - in:", "bad operation"},  {"#a q\n@Get - out:X", "bad operation"},
        {"#a q\n0 A B A", "member A is there twice"}, {"#a q\n0 A:[*[*s]]", "no parent to stand in"}, {"#a q\n0 A:{[*s]}", "no parent"},
        {"#a q\n0 A:[[[[[[[[[[s]]]]]]]]]]", "too deep"},
    };
    struct arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct err e = {0};
        if (aws_shapes_parse(a, str_of(bad[i].text), &e))
            fail_msg("\"%s\" was read", bad[i].text);
        expect_err(&e, i == sizeof(bad) / sizeof(bad[0]) - 1 ? ERR_LIMIT : ERR_PARSE, bad[i].message);
    }
    arena_free(a);
}

static void every_operation_has_an_output_with_its_page_tokens(void **state)
{
    (void)state;
    uint32_t count = 0;
    const struct aws_op *ops = aws_ops(&count);
    for (uint32_t i = 0; i < count; i++) {
        const struct aws_output *out = aws_output_of(&ops[i]);
        assert_true(str_eq(out->id, ops[i].id));
        if (ops[i].protocol == AWS_QUERY && out->root && !out->wrapper.len)
            fail_msg("%.*s has no wrapper", STR_ARG(ops[i].id));
        for (uint32_t k = 0; k < ops[i].page_keys; k++) {
            struct str path = ops[i].page_out[k];
            struct str first = str_cut(&path, '.');
            bool found = false;
            for (uint32_t m = 0; out->root && m < out->root->count; m++)
                found = found || str_eq(out->root->members[m].name, first);
            if (!found)
                fail_msg("%.*s has no %.*s", STR_ARG(ops[i].id), STR_ARG(ops[i].page_out[k]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_kinds_and_names),
        cmocka_unit_test(sections_have_structures_of_their_own),
        cmocka_unit_test(malformed_tables_are_refused),
        cmocka_unit_test(every_operation_has_an_output_with_its_page_tokens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
