/* base/form.h: what common values look like: form only, not whether the thing exists. */
#ifndef WARD_BASE_FORM_H
#define WARD_BASE_FORM_H

#include "base/str.h"

bool form_account(struct str s); /* 12 digits */
bool form_region(struct str s);  /* "us-gov-west-1" */
bool form_date(struct str s);    /* YYYY-MM-DD, a day that exists */
bool form_time(struct str s);    /* what instant_parse reads */
bool form_url(struct str s);     /* http or https, a host, no user name or password, no white space */
bool form_name(struct str s);    /* a-z 0-9 - _, begins with a letter or digit, at most 63 */
bool form_email(struct str s);
bool form_hex(struct str s, size_t digits); /* lower case */
/* IPv4 or IPv6 with a prefix length and no bit set beyond it; *prefix and *is_v6 may be NULL. */
bool form_cidr(struct str s, int *prefix, bool *is_v6);

#endif
