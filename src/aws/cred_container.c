/* Credentials endpoint of ECS and EKS Pod Identity: botocore's ContainerProvider, 1.44.5. */
#include "aws/cred.h"

#include "base/file.h"

#include <arpa/inet.h>

/* Host of "http://HOST[:port]/...", brackets of IPv6 off. */
static struct str host_of(struct str url)
{
    struct str rest = str_sub(url, sizeof "http://" - 1, url.len), host = rest;
    if (rest.len && rest.ptr[0] == '[') {
        ptrdiff_t end = str_index(rest, ']', 0);
        return end < 0 ? STR("") : str_sub(rest, 1, (size_t)end);
    }
    for (size_t i = 0; i < rest.len; i++)
        if (strchr(":/?#@", rest.ptr[i])) {
            host = rest.ptr[i] == '@' ? STR("") : str_sub(rest, 0, i);
            break;
        }
    return host;
}

/* Over plain HTTP only where the answer cannot come from elsewhere: this machine, the container agent. */
static bool plain_is_safe(struct arena *a, struct str url)
{
    static const char *const agents[] = {"169.254.170.2", "169.254.170.23", "fd00:ec2::23", "localhost"};
    struct str host = host_of(url);
    for (size_t i = 0; i < sizeof agents / sizeof *agents; i++)
        if (str_eqz(host, agents[i]))
            return true;
    struct in_addr four;
    struct in6_addr six;
    const char *text = arena_cstr(a, host);
    if (inet_pton(AF_INET, text, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, text, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool choose_url(const struct cred *c, struct str *url, struct err *e)
{
    struct str relative = env_get(c->o->env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    *url = env_get(c->o->env, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative.len) {
        if (relative.ptr[0] != '/')
            return err_set(e, ERR_CONFIG, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with /");
        *url = arena_printf(c->a, "http://169.254.170.2%.*s", STR_ARG(relative));
    }
    if (str_starts(*url, STR("https://")) || (str_starts(*url, STR("http://")) && plain_is_safe(c->a, *url)))
        return true;
    err_set(e, ERR_CONFIG, "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor on this machine: %.*s", STR_ARG(str_sub(*url, 0, 200)));
    return false;
}

static bool authorization(const struct cred *c, struct str *header, struct err *e)
{
    struct str path = env_get(c->o->env, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    struct str token = env_get(c->o->env, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    *header = (struct str){NULL, 0};
    if (path.len && !file_read(c->a, arena_cstr(c->a, path), CRED_TEXT_MAX, &token, e)) {
        err_context(e, "reading AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        return false;
    }
    if (path.len)
        token = str_trim(token);
    for (size_t i = 0; i < token.len; i++)
        if (token.ptr[i] == '\r' || token.ptr[i] == '\n')
            return cred_fail(e, "the container's authorization token has a line break in it");
    if (token.len)
        *header = arena_printf(c->a, "Authorization: %.*s", STR_ARG(token));
    return true;
}

enum cred_result cred_container(const struct cred *c, struct aws_credentials *out, struct err *e)
{
    struct str url, headers[2] = {STR("Accept: application/json")};
    struct http_response r;
    struct aws_credentials got = {.source = STR("container")};
    if (!env_get(c->o->env, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI").len && !env_get(c->o->env, "AWS_CONTAINER_CREDENTIALS_FULL_URI").len)
        return CRED_NONE;
    if (!choose_url(c, &url, e) || !authorization(c, &headers[1], e))
        return CRED_FAILED;
    struct http_request q = {.method = STR("GET"), .url = url, .headers = headers, .header_count = headers[1].len ? 2 : 1,
                             .total_timeout_ms = 2000, .no_proxy = true};
    if (!cred_fetch(c, &q, 3, &r, e)) {
        err_context(e, "asking the container's credentials endpoint");
        return CRED_FAILED;
    }
    struct json *j = r.status == 200 ? json_parse(c->a, r.body, CRED_TEXT_MAX, e) : NULL;
    if (r.status != 200)
        cred_fail(e, "the container's credentials endpoint answered with HTTP status %ld", r.status);
    if (!j || !cred_json(j, "Token", &got, e)) {
        err_context(e, "reading the container's credentials");
        return CRED_FAILED;
    }
    return cred_accept(c, &got, out, e);
}
