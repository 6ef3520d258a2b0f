#include "net/http.h"

struct str http_header(const struct http_response *r, const char *name)
{
    struct str rest = r->headers, want = str_of(name);
    str_cut(&rest, '\n');
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n');
        ptrdiff_t colon = str_index(line, ':', 0);
        if (colon > 0 && str_eq_nocase(str_sub(line, 0, (size_t)colon), want))
            return str_trim(str_sub(line, (size_t)colon + 1, line.len));
    }
    return (struct str){NULL, 0};
}
