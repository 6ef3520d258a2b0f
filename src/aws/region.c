#include "aws/region.h"

#include "base/embed.h"
#include "base/err.h"

struct presence {
    struct str service, partition, regions;
};

struct aws_regions {
    struct aws_region *regions;
    struct presence *presences;
    uint32_t region_count, presence_count;
};

static uint32_t count_lines(struct str text)
{
    uint32_t n = 1;
    for (size_t i = 0; i < text.len; i++)
        n += text.ptr[i] == '\n';
    return n;
}

static struct str table(const char *name)
{
    struct str text = embed_get(name);
    if (!text.ptr)
        die("%s is not in this program", name);
    str_cut(&text, '\n'); /* source and date */
    return text;
}

const struct aws_regions *aws_regions_load(struct arena *a)
{
    struct aws_regions *r = arena_new_of(a, struct aws_regions);
    struct str text = table("data/aws/regions.tsv");
    r->regions = arena_array_of(a, struct aws_region, count_lines(text));
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        if (line.len == 0)
            continue;
        struct aws_region *at = &r->regions[r->region_count++];
        struct str *fields[] = {&at->name, &at->partition, &at->dns_suffix, &at->dual_suffix, &at->global_region, &at->title};
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            *fields[i] = str_cut(&line, '\t');
    }
    text = table("data/aws/service_regions.tsv");
    r->presences = arena_array_of(a, struct presence, count_lines(text));
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        if (line.len == 0)
            continue;
        struct presence *at = &r->presences[r->presence_count++];
        at->service = str_cut(&line, '\t');
        at->partition = str_cut(&line, '\t');
        at->regions = line;
    }
    return r;
}

const struct aws_region *aws_regions_all(const struct aws_regions *r, uint32_t *count)
{
    *count = r->region_count;
    return r->regions;
}

/* "us-gov" of "us-gov-west-1": what a partition's regions have in common. Empty when the name has
 * another shape. */
static struct str family(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return STR("");
    }
    ptrdiff_t number = str_rindex(name, '-');
    if (number <= 0 || (size_t)number + 1 == name.len)
        return STR("");
    for (size_t i = (size_t)number + 1; i < name.len; i++)
        if (name.ptr[i] < '0' || name.ptr[i] > '9')
            return STR("");
    ptrdiff_t place = str_rindex(str_sub(name, 0, (size_t)number), '-');
    return place > 0 ? str_sub(name, 0, (size_t)place) : STR("");
}

bool aws_region_find(const struct aws_regions *r, struct str name, struct aws_region *out)
{
    for (uint32_t i = 0; i < r->region_count; i++)
        if (str_eq(r->regions[i].name, name)) {
            *out = r->regions[i];
            return true;
        }
    struct str kin = family(name);
    for (uint32_t i = 0; kin.len && i < r->region_count; i++)
        if (str_eq(family(r->regions[i].name), kin)) {
            *out = r->regions[i];
            out->name = out->title = name;
            return true;
        }
    return false;
}

static bool lists(struct str words, struct str word)
{
    while (words.ptr)
        if (str_eq(str_cut(&words, ' '), word))
            return true;
    return false;
}

static bool is_known(const struct aws_regions *r, struct str name)
{
    for (uint32_t i = 0; i < r->region_count; i++)
        if (str_eq(r->regions[i].name, name))
            return true;
    return false;
}

enum aws_presence aws_service_presence(const struct aws_regions *r, struct str service, struct str region)
{
    struct aws_region at;
    if (!aws_region_find(r, region, &at))
        return AWS_PRESENCE_UNKNOWN;
    for (uint32_t i = 0; i < r->presence_count; i++) {
        const struct presence *p = &r->presences[i];
        if (!str_eq(p->service, service) || !str_eq(p->partition, at.partition))
            continue;
        if (str_eq(p->regions, STR("global")))
            return AWS_PRESENT;
        /* A region that is newer than the table may have anything. */
        if (!is_known(r, region))
            return AWS_PRESENCE_UNKNOWN;
        bool all_but = str_starts(p->regions, STR("! "));
        bool named = str_eq(p->regions, STR("*")) || lists(p->regions, region);
        return named != all_but ? AWS_PRESENT : AWS_NOT_PRESENT;
    }
    return AWS_PRESENCE_UNKNOWN;
}
