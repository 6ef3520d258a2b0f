#include "aws/secret.h"

#include "base/err.h"

#include <stdlib.h>

static struct str place(char **at, struct str s)
{
    struct str copy = {*at, s.len};
    if (s.len)
        memcpy(*at, s.ptr, s.len);
    (*at)[s.len] = 0;
    *at += s.len + 1;
    return copy;
}

void aws_credentials_copy(struct aws_credentials *out, const struct aws_credentials *from)
{
    size_t bytes = from->access_key_id.len + from->secret_access_key.len + from->session_token.len +
                   from->account_id.len + from->source.len + 5;
    char *block = malloc(bytes), *at = block;
    if (!block)
        die("out of memory");
    *out = (struct aws_credentials){
        .access_key_id = place(&at, from->access_key_id),
        .secret_access_key = place(&at, from->secret_access_key),
        .session_token = place(&at, from->session_token),
        .account_id = place(&at, from->account_id),
        .source = place(&at, from->source),
        .expires_us = from->expires_us,
        .block = block,
        .block_bytes = bytes,
    };
}

void aws_credentials_done(struct aws_credentials *c)
{
    if (c->block) {
        explicit_bzero(c->block, c->block_bytes);
        free(c->block);
    }
    *c = (struct aws_credentials){0};
}
