#include "base/form.h"

#include "base/instant.h"

#include <arpa/inet.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool form_account(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i]))
            return false;
    return s.len == 12;
}

bool form_region(struct str s)
{
    int dashes = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_lower(s.ptr[i]) && !is_digit(s.ptr[i]) && s.ptr[i] != '-')
            return false;
        dashes += s.ptr[i] == '-';
    }
    return s.len >= 9 && s.len <= 25 && dashes >= 2 && is_lower(s.ptr[0]) && is_digit(s.ptr[s.len - 1]);
}

bool form_date(struct str s)
{
    int64_t us;
    return s.len == 10 && instant_parse(s, &us);
}

bool form_time(struct str s)
{
    int64_t us;
    return instant_parse(s, &us);
}

bool form_url(struct str s)
{
    size_t at = str_starts(s, STR("https://")) ? 8 : str_starts(s, STR("http://")) ? 7 : 0;
    struct str rest = str_sub(s, at, s.len);
    for (size_t i = 0; i < rest.len; i++)
        if ((unsigned char)rest.ptr[i] <= ' ' || rest.ptr[i] == 0x7f)
            return false;
    struct str host = str_cut(&rest, '/');
    return at && host.len && str_index(host, '@', 0) < 0;
}

bool form_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        bool mark = s.ptr[i] == '-' || s.ptr[i] == '_';
        if (!is_lower(s.ptr[i]) && !is_digit(s.ptr[i]) && !(mark && i))
            return false;
    }
    return s.len >= 1 && s.len <= 63;
}

bool form_email(struct str s)
{
    ptrdiff_t at = str_index(s, '@', 0);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] <= ' ' || (unsigned char)s.ptr[i] >= 0x7f)
            return false;
    return at > 0 && (size_t)at + 3 < s.len && s.len <= 254 && str_rindex(s, '@') == at &&
           str_index(s, '.', (size_t)at + 2) > 0;
}

bool form_hex(struct str s, size_t digits)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i]) && !(s.ptr[i] >= 'a' && s.ptr[i] <= 'f'))
            return false;
    return s.len == digits;
}

static bool zero_beyond(const unsigned char *bytes, int size, int prefix)
{
    for (int bit = prefix; bit < size * 8; bit++)
        if (bytes[bit / 8] >> (7 - bit % 8) & 1)
            return false;
    return true;
}

bool form_cidr(struct str s, int *prefix, bool *is_v6)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    struct str rest = s, address = str_cut(&rest, '/');
    uint64_t bits;
    if (!rest.ptr || address.len >= sizeof text || rest.len > 3 || !str_to_u64(rest, &bits) ||
        (rest.len > 1 && rest.ptr[0] == '0'))
        return false;
    memcpy(text, address.ptr, address.len);
    text[address.len] = '\0';
    bool v6 = str_index(address, ':', 0) >= 0;
    int size = v6 ? 16 : 4;
    if (strlen(text) != address.len || bits > (uint64_t)size * 8 || inet_pton(v6 ? AF_INET6 : AF_INET, text, bytes) != 1)
        return false;
    if (prefix)
        *prefix = (int)bits;
    if (is_v6)
        *is_v6 = v6;
    return zero_beyond(bytes, size, (int)bits);
}
