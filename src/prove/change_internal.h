/* prove/change_internal.h: what the files of change.h share. */
#ifndef WARD_PROVE_CHANGE_INTERNAL_H
#define WARD_PROVE_CHANGE_INTERNAL_H

#include "prove/change.h"

/* Causes of one cell, each once. */
struct cause_list {
    struct arena *a;
    struct change_cause items[CHANGE_CAUSES_MAX];
    uint32_t count;
};
void cause_add(struct cause_list *l, struct change_cause c);

/* Why the connection is there on the side `with` and not on the side `without`. `opened`: `with` is the proof after. */
void change_net_causes(struct cause_list *l, struct net_half *with, struct net_half *without,
                       const struct reach_witness *w, bool opened);
/* The same of a hop of a chain of IAM. */
void change_iam_causes(struct cause_list *l, struct proof *with, struct proof *without, const struct prove_hop *h,
                       bool opened);

/* change_piece.c: a fact on the way that a network may have or not. */
enum piece_kind {
    PIECE_ROW,    /* `ref`: a row of its own */
    PIECE_MEMBER, /* row of eni_groups */
    PIECE_PUBLIC, /* row of addresses */
    PIECE_SUBNET_TABLE,
    PIECE_SUBNET_ACL,
    PIECE_SUBNET_BPA,       /* `ref`: the subnet */
    PIECE_ATTACHMENT_TABLE, /* `ref`: the attachment */
    PIECE_OWNER,            /* `ref`: the thing, whose it is */
};
struct piece {
    enum piece_kind kind;
    struct net_ref ref;
    enum change_what what; /* as seen from the side that has the way: ADDED when the other lacks it */
    struct net_ref other;  /* of CHANGE_ALTERED: its row there */
};
/* Compares with the other side; false: it is the same there. */
bool piece_differs(const struct net_half *h, const struct net_half *o, struct piece *p);
/* As the other side has it; what was there goes to `kept`. False: it cannot be made so in place. */
union piece_kept {
    struct net_rule rule;
    struct net_acl_entry entry;
    struct net_route route;
    struct net_tgw_route tgw_route;
    struct net_listener listener;
    struct net_target_group targets;
    struct net_entrance entrance;
    struct net_firewall_rule firewall_rule;
    uint32_t index;
    enum net_bpa bpa;
    bool flag;
    struct {
        struct net_span span;
        uint32_t row;
        struct net_eni_group swapped;
    } member;
};
bool piece_take_back(struct net *n, const struct net *o, const struct piece *p, union piece_kept *kept);
void piece_put_back(struct net *n, const struct piece *p, const union piece_kept *kept);
struct str piece_owner(const struct net_half *h, uint32_t thing);
/* change_words.c: words for people; the AWS id that the ledger may know it by. */
const char *piece_kind_words(const struct piece *p);
struct str piece_text(struct arena *a, const struct net_half *h, const struct piece *p);
/* Of CHANGE_ALTERED: what it is in the other network. */
struct str piece_other_text(struct arena *a, const struct net_half *o, const struct piece *p);
struct str piece_id(const struct net *n, const struct piece *p);

#endif
