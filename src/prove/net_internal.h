/* prove/net_internal.h: what the files of the network half share. */
#ifndef WARD_PROVE_NET_INTERNAL_H
#define WARD_PROVE_NET_INTERNAL_H

#include "facts/tenant.h"
#include "prove/net_half.h"

/* Why a cell is not known. */
enum net_doubt { DOUBT_NONE, DOUBT_WAY, DOUBT_PIVOT, DOUBT_HIDDEN, DOUBT_MISSING };

/* The shared label through which ward.yaml lets `from` reach `to`. LABELS_NAMED: every tenant and shared thing. */
struct net_triple {
    uint32_t shared, from, to;
};
enum { LABELS_NAMED = UINT32_MAX - 1 };

struct halver {
    struct net_half *h;
    struct net *n;
    struct arena *a;
    const struct json *config;
    const struct prove_labels *l;
    size_t words;             /* of a set of labels, the hidden one included */
    uint32_t hidden;          /* one past the labels: VPCs of the organization that were not collected */
    bool has_hidden;
    struct map tenants;       /* name -> label + 1 */
    struct tenancy *whose;    /* by account, by what ward.yaml says of it */
    bool *owns_vpc;           /* by account: a VPC that others take part in too, of which something was read */
    uint64_t *found_in;       /* by account: labels of what was found there; account * words */
    uint32_t *objects, *first_object; /* things that can receive, by label; stores first */
    struct reach_allow *allows;
    uint32_t allow_count;
    struct net_triple *triples;
    uint32_t triple_count;
    uint8_t *doubts;          /* as h->verdicts, enum net_doubt */
    uint32_t **sources[2];    /* by thing: of reach_sure_sources() and reach_sources(), where it was asked */
    uint32_t *source_counts[2];
    uint32_t *mark, *parent, *queue; /* of the search for pivots, by thing */
    uint8_t *depth;
    uint32_t round, searches;
    bool has_public;          /* something is reached by an entrance that is declared public */
};

/* Labels of things, and the things of each label. */
void net_labels_fill(struct halver *v);
/* The label of a name of ward.yaml, or NET_NONE. */
uint32_t net_label_named(const struct halver *v, struct str name);
/* Labels of what is, or can be, in the account. */
uint64_t *net_account_labels(struct halver *v, uint32_t account);
/* An account of the organization, by ward.yaml or by its own list. */
bool net_is_inside(const struct halver *v, uint32_t account);

/* What ward.yaml wants. */
void net_allows_fill(struct halver *v);
/* Whether the triple is declared: `shared` may stand between `from` and `to`. */
bool net_is_triple(const struct halver *v, uint32_t from, uint32_t shared, uint32_t to);
bool net_has_triple(const struct halver *v, uint32_t from, uint32_t to);
/* Shared things are there for tenants and for each other. */
static inline bool net_is_free(const struct prove_labels *l, uint32_t from, uint32_t to)
{
    return to >= l->tenants && to < l->unassigned && from < l->unassigned;
}

/* Facts that are not there. */
void net_missing_fill(struct halver *v);

/* The matrix, then pivots, then what is missing; the list of cells. */
void net_cells_judge(struct halver *v);
void net_pivots_judge(struct halver *v);
void net_cells_list(struct halver *v);
/* The shortest way from x to things of y over hosts of third labels: from, h1...hk, to. 0: none. */
struct net_search {
    uint32_t x, y;
    bool declared; /* also by public entrances that are declared, and over labels that a triple of ward.yaml names for x and y */
    bool unknown;  /* also by connections that are not known */
};
uint32_t net_pivot_search(struct halver *v, const struct net_search *q, uint32_t *out, uint32_t max);
/* Witnesses, reasons, cuts. */
bool net_cells_tell(struct halver *v, struct err *e) WARN_UNUSED;
/* Edits each of which closes the witness; up to `max`. */
uint32_t net_cuts_of(struct halver *v, const struct reach_witness *w, struct str *out, uint32_t max);

static inline size_t net_cell_at(const struct halver *v, uint32_t x, uint32_t y)
{
    return (size_t)x * v->l->count + y;
}
static inline bool net_bit(const uint64_t *bits, uint32_t i)
{
    return bits && bits_get(bits, i);
}

#endif
