/* What a credential process, a container or a metadata service says, STS's XML and command lines: taken whole or refused. */
#include "aws/cred.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err e = {0};
    struct aws_credentials got = {0};
    struct str text = fuzz_str(data, size);
    struct json *j = json_parse(a, text, CRED_TEXT_MAX, &e);
    if (j && cred_json(j, "Token", &got, &e))
        MUST(got.access_key_id.len && got.secret_access_key.len && got.expires_us >= 0);
    else
        MUST(err_is_set(&e));

    struct err e2 = {0};
    struct cred_leaf leaves[] = CRED_STS_LEAVES;
    MUST(cred_leaves(a, text, leaves, CRED_LEAVES, &e2) != err_is_set(&e2));

    size_t total = 0;
    for (char **w = cred_split(a, text); w && *w; w++)
        total += strlen(*w) + 1;
    MUST(total <= size + 1);
    arena_free(a);
    return 0;
}
