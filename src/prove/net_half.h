/*
 * prove/net_half.h: tenants x tenants over the network: can a host of X open a connection to a thing of Y?
 *
 * Place in the flow: net -> engine -> NET HALF -> joint (with IAM) -> report, claims.
 *
 * Subjects and objects are those of prove.h (struct prove_labels), so that both halves speak of the same cells. A subject
 * is every thing of the label that can send; (outside) is the Internet, other networks and the VPCs of others. An object
 * is every thing of the label that can receive; things that are nobody's are (unassigned): hostile sources and protected
 * destinations. Not counted as reached: what a label reaches of itself.
 *
 * A cell is
 *   violated  there is a connection (DIRECT, ONE-WAY, by the Internet or not) that no declaration covers, or one over hosts of
 *             third labels (PIVOT);
 *   unknown   there may be one, or facts are missing that bear on the cell;
 *   declared  every connection is covered by ward.yaml: `peering` (from, to, ports), `shared.NAME.via` (from, to, ports), or
 *             enters from the Internet at a subnet that `declared.public_subnets` names; shared things are there for every
 *             tenant and for each other;
 *   proved    else.
 * A pivot needs control of the host in between: who gets to it as anybody may, by a subnet that is declared public, and in no
 * other way, does not have it (engine.h, reach_only_public()).
 * What any address of the Internet can open is (outside)'s cell; X's cell has it only where a packet of X itself gets
 * there (hairpin), and then as declared where (outside)'s is declared.
 */
#ifndef WARD_PROVE_NET_HALF_H
#define WARD_PROVE_NET_HALF_H

#include "prove/prove.h"
#include "reach/engine.h"

/* The word in the matrix, the worst first. */
enum net_word { NET_WORD_DIRECT, NET_WORD_INTERNET, NET_WORD_ONE_WAY, NET_WORD_PIVOT, NET_WORD_UNKNOWN, NET_WORD_DECLARED, NET_WORD_NONE, NET_WORDS };
const char *net_word_name(enum net_word w); /* "DIRECT", "INTERNET", "ONE-WAY", "PIVOT", "UNKNOWN", "DECLARED", "NONE" */

struct net_cell {
    uint32_t subject, object;  /* labels */
    enum prove_verdict verdict;
    enum net_word word;
    uint32_t pivots;           /* k of PIVOT(k), else 0 */
    struct str reason;         /* one line */
    uint32_t from_thing, to_thing; /* of the connection shown; NET_NONE when only facts are missing */
    uint32_t *chain;           /* PIVOT: things h1...hk, to_thing; each step is a witness */
    uint32_t chain_count;
    struct reach_witness *witnesses; /* one; of a pivot one a step. NULL past NET_WITNESSES_MAX cells */
    uint32_t witness_count;
    uint32_t things, stores;   /* of the object that are reached; how many of them hold data */
    struct str *cuts;          /* edits, each of which closes the connection shown: "revoke sgr-1 (tcp 5432 from 10.0.0.0/8) in sg-2" */
    uint32_t cut_count;
    uint32_t *gaps;            /* rows of `missing` */
    uint32_t gap_count;
};
enum { NET_WITNESSES_MAX = 2000, NET_CELLS_MAX = 200000 };

struct net_half {
    struct arena *arena;
    struct net *net;
    struct reach *reach;
    const struct prove_labels *labels;
    uint32_t *label_of;        /* by thing; NET_NONE: neither source nor object (AWS's own); labels->count: hidden, a VPC of the
                                  organization that was not collected (the engine has labels->count + 1 labels) */
    uint8_t *verdicts;         /* [subject * labels->count + object], enum prove_verdict; the diagonal is PROVE_PROVED */
    uint8_t *words;            /* the same, enum net_word */
    bool *is_object;
    struct net_cell *cells;    /* that are not proved, violated first; NET_CELLS_MAX at most */
    uint32_t cell_count;
    uint64_t cells_left;       /* not proved and not in `cells` */
    struct prove_missing *missing;
    uint32_t missing_count;
    uint64_t counts[PROVE_VERDICTS], word_counts[NET_WORDS];
    uint32_t thing_count, store_count, eni_count, vpc_count;
};

/* The reason of a cell whose connection the walker does not show, as the engine says it is: begins with this, and has no witness. */
#define NET_NOT_REPLAYED "a defect of ward, please report it: "
/* `config`: ward.yaml as JSON. ERR_LIMIT. */
struct net_half *net_half_prove(struct arena *a, struct net *n, const struct prove_labels *labels, const struct json *config, struct err *e)
    WARN_UNUSED;
void net_half_free(struct net_half *h); /* the engine; the rest is the arena's */
/* Whose thing by its tenant; which of several shared entries, and which externals are nobody's, net_half.label_of tells. */
uint32_t net_half_label(const struct prove_labels *l, const struct net_thing *t);
/* The labels of ward.yaml, in the numbering of the IAM half (which need not be there). */
void net_half_labels(struct arena *a, const struct json *config, struct prove_labels *out);
/* Of the whole: violated before unknown before proved. */
enum prove_verdict net_half_overall(const struct net_half *h);
/* "orders-db (arn:...)": name and id as people know them; "the Internet". */
struct str net_thing_words(struct arena *a, const struct net *n, uint32_t thing);
/* "tcp 5432", "udp, all ports", "icmp type 8". */
struct str net_port_words(struct arena *a, int16_t proto, uint16_t lo, uint16_t hi);
/* The command that shows the connection: "ward path i-1 db --proto tcp --dport 5432 --sport 49152". */
struct str net_replay(struct arena *a, const struct net_half *h, const struct reach_witness *w);
/* One cell, one connection as JSON objects. */
void net_write_cell(const struct net_half *h, const struct net_cell *c, struct json_out *o);
void net_write_witness(const struct net_half *h, const struct reach_witness *w, struct json_out *o);
/* Lines of data/net/assumptions.tsv, and what the loading took for granted. */
uint32_t net_assumptions(const struct net_half *h, struct prove_assumption **out);
/* Proof and claims of layer "network", as prove_keep() of IAM. ERR_STORE. */
bool net_half_keep(const struct net_half *h, struct store *s, const struct prove_record *r, int64_t *proof, struct err *e) WARN_UNUSED;

#endif
