/* Prints ward's endpoint of each service in each region, for tools/gen_endpoints.py --check, which compares
 * them with botocore's. Reads "SERVICE PREFIX" lines. */
#include "aws/endpoint.h"

#include <stdio.h>
#include <stdlib.h>

struct flags {
    const char *fips, *dual;
};

static const char *get(void *user, const char *name)
{
    const struct flags *f = user;
    return strcmp(name, "AWS_USE_FIPS_ENDPOINT") == 0 ? f->fips : strcmp(name, "AWS_USE_DUALSTACK_ENDPOINT") == 0 ? f->dual : NULL;
}

static void dump(struct arena *a, const struct aws_service *service, const char *variant, struct flags flags)
{
    struct env env = {get, &flags};
    struct aws_config config = {0};
    struct err e = {0};
    uint32_t count;
    const struct aws_endpoints *s = aws_endpoints_new(a, &env, &config, STR("default"), &e);
    if (!s)
        die("%s", e.message);
    const struct aws_region *all = aws_regions_all(aws_endpoints_regions(s), &count);
    for (uint32_t i = 0; i < count; i++) {
        struct aws_endpoint at;
        struct err none = {0};
        if (!aws_endpoint_of(a, s, service, all[i].name, STR("123456789012"), &at, &none))
            at.host = at.signing_region = STR("-");
        const char *account = memmem(at.host.ptr, at.host.len, "123456789012", 12);
        printf("%.*s\t%s\t%.*s\t%s%.*s\t%.*s\n", STR_ARG(service->name), variant, STR_ARG(all[i].name),
               account ? "{account}" : "", STR_ARG(account ? str_sub(at.host, 12, at.host.len) : at.host), STR_ARG(at.signing_region));
    }
}

int main(void)
{
    char name[64], prefix[64];
    while (scanf("%63s %63s", name, prefix) == 2) {
        struct arena *a = arena_new(0);
        struct aws_service service = {str_of(name), str_of(prefix), STR(""), STR("")};
        dump(a, &service, "plain", (struct flags){"false", "false"});
        dump(a, &service, "fips", (struct flags){"true", "false"});
        dump(a, &service, "dual", (struct flags){"false", "true"});
        dump(a, &service, "both", (struct flags){"true", "true"});
        arena_free(a);
    }
    return 0;
}
