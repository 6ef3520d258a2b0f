/* The cells of a proof as the pictures tell them. */
#include "report/map_internal.h"

const struct netmap_word *netmap_word(int word)
{
    static const struct netmap_word words[NETMAP_WORDS] = {
        [NET_WORD_DIRECT] = {"DIRECT", "D", "#b3161b", "#ffffff", "a connection opens"},
        [NET_WORD_INTERNET] = {"INTERNET", "I", "#d55e00", "#ffffff", "a connection opens by public addresses"},
        [NET_WORD_ONE_WAY] = {"ONE-WAY", "O", "#f0a35e", "#1b1f24", "packets arrive, answers do not return"},
        [NET_WORD_PIVOT] = {"PIVOT", "P", "#8f1d6b", "#ffffff", "over hosts of others"},
        [NET_WORD_UNKNOWN] = {"UNKNOWN", "?", "", "#1b1f24", "facts are missing"},
        [NET_WORD_DECLARED] = {"DECLARED", "d", "#9fd0f0", "#1b1f24", "ward.yaml has it"},
        [NET_WORD_NONE] = {"NONE", ".", "#e6f2ea", "#1b1f24", "proved: there is no way"},
        [NETMAP_IAM] = {"IAM", "A", "#5b1a1a", "#ffffff", "by identities and policies"},
        [NETMAP_BOTH] = {"BOTH", "B", "#3d0a3d", "#ffffff", "by network and IAM together"},
    };
    return &words[word];
}

static size_t at(const struct netmap_view *v, uint32_t x, uint32_t y) { return (size_t)x * v->labels->count + y; }

enum prove_verdict netmap_verdict_of(const struct netmap_view *v, uint32_t x, uint32_t y)
{
    if (!v->half)
        return PROVE_UNKNOWN;
    return (enum prove_verdict)(v->joint ? v->joint->verdicts[at(v, x, y)] : v->half->verdicts[at(v, x, y)]);
}

bool netmap_is_object(const struct netmap_view *v, uint32_t label)
{
    return v->joint ? v->joint->is_object[label] : v->half && v->half->is_object[label];
}

int netmap_word_of(const struct netmap_view *v, uint32_t x, uint32_t y)
{
    size_t c = at(v, x, y);
    enum prove_verdict verdict = netmap_verdict_of(v, x, y);
    if (v->half && v->half->is_object[y] && v->half->verdicts[c] == verdict)
        return v->half->words[c];
    if (verdict != PROVE_VIOLATED)
        return verdict == PROVE_UNKNOWN ? NET_WORD_UNKNOWN : verdict == PROVE_DECLARED ? NET_WORD_DECLARED : NET_WORD_NONE;
    return v->joint && v->joint->iam->is_object[y] && v->joint->iam->verdicts[c] == verdict ? NETMAP_IAM : NETMAP_BOTH;
}

uint32_t netmap_cell_count(const struct netmap_view *v)
{
    return v->joint ? v->joint->cell_count : v->half ? v->half->cell_count : 0;
}

struct netmap_cell netmap_cell_at(const struct netmap_view *v, uint32_t i)
{
    struct netmap_cell c;
    if (v->joint) {
        const struct joint_cell *j = &v->joint->cells[i];
        bool network = j->network && j->network->verdict == j->verdict;
        c = (struct netmap_cell){j->subject, j->object, j->verdict, 0, network ? j->network->reason : j->reason, network ? j->network : NULL, j};
    } else {
        const struct net_cell *n = &v->half->cells[i];
        c = (struct netmap_cell){n->subject, n->object, n->verdict, 0, n->reason, n, NULL};
    }
    c.word = netmap_word_of(v, c.subject, c.object);
    return c;
}
