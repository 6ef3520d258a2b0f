/* Canonical forms of any path and query: only bytes that may be there, sorted, and stable when done again. */
#include "aws/sigv4.h"
#include "fuzz.h"

static bool is_plain(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || strchr("-_.~%", c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct str path = fuzz_str(data, size), query = path;
    path = str_cut(&query, '?');
    struct str once = sigv4_canonical_query(a, query);
    MUST(str_eq(once, sigv4_canonical_query(a, once)));
    for (size_t i = 0; i < once.len; i++)
        MUST(is_plain(once.ptr[i]) || once.ptr[i] == '&' || once.ptr[i] == '=');
    struct str p = sigv4_canonical_path(a, path, false, true);
    MUST(p.len && p.ptr[0] == '/' && !str_contains(p, STR("//")) && !str_contains(p, STR("/../")) && !str_contains(p, STR("/./")));
    MUST(str_eq(p, sigv4_canonical_path(a, p, false, true)));
    for (size_t i = 0; i < p.len; i++)
        MUST(is_plain(p.ptr[i]) || p.ptr[i] == '/');

    struct aws_request r = {.method = STR("GET"), .scheme = STR("https"), .host = STR("h"), .path = path, .query = query};
    aws_header_add(&r, STR("X-Any"), fuzz_str(data, size));
    struct aws_credentials c = {.access_key_id = STR("AKID"), .secret_access_key = STR("secret"), .session_token = STR("t")};
    struct sigv4_stages s[2];
    struct sigv4_options o = {.stages = &s[0]};
    sigv4_sign(a, &r, &c, STR("us-east-1"), STR("ec2"), 0, &o);
    o.stages = &s[1];
    sigv4_sign(a, &r, &c, STR("us-east-1"), STR("ec2"), 0, &o);
    MUST(str_eq(s[0].signature, s[1].signature) && s[0].signature.len == 64);
    arena_free(a);
    return 0;
}
