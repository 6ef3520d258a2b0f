/* Any bytes as ~/.aws/config: parsed or refused with a line, never a section or key twice. */
#include "aws/awsconfig.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct aws_config c = {.path = {STR("config"), STR("credentials")}};
    enum aws_config_file file = size && data[0] == '!' ? AWS_FILE_CREDENTIALS : AWS_FILE_CONFIG;
    bool ok = aws_config_parse(a, fuzz_str(data, size), file, &c, &e);
    MUST(ok == !err_is_set(&e));
    for (const struct aws_section *s = c.first; ok && s; s = s->next) {
        MUST(s->name.len > 0 && s->file == file);
        for (const struct aws_section *o = s->next; o; o = o->next)
            MUST(o->kind != s->kind || !str_eq(o->name, s->name));
        for (const struct aws_setting *k = s->settings; k; k = k->next) {
            MUST(k->key.len > 0 && !(k->nested && k->value.len));
            struct str got = aws_config_get_in(&c, file, s->name, arena_cstr(a, k->key));
            MUST(s->kind != AWS_SECTION_PROFILE || str_eq(got, k->value));
        }
    }
    arena_free(a);
    return 0;
}
