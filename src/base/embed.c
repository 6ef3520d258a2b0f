#include "base/embed.h"

struct str embed_get(const char *name)
{
    for (size_t i = 0; i < embedded_count; i++)
        if (strcmp(embedded_files[i].name, name) == 0)
            return str_make((const char *)embedded_files[i].data, embedded_files[i].size);
    return (struct str){NULL, 0};
}
