/* codec/utf8.h: UTF-8 (RFC 3629, November 2003): no overlong forms, no surrogates, at most U+10FFFF. */
#ifndef WARD_CODEC_UTF8_H
#define WARD_CODEC_UTF8_H

#include "base/str.h"

/* Length of the character at the front of `s` (1..4), or 0 when it is not UTF-8. */
size_t utf8_length(struct str s);
bool utf8_valid(struct str s);
/* Writes one code point (a scalar value); bytes written, 1..4. */
int utf8_put(uint32_t code_point, char *out);

#endif
