/*
 * report/map.h: the network as one picture (SVG 1.1), and the matrix of a proof as a second.
 *
 * Place in the flow: { net, net_half, joint } -> MAP -> a file, or inline in the HTML report.
 *
 * The picture: accounts as boxes, VPCs as tiles in the colour of their tenant (the name is always written too), subnets with
 * hosts and stores in them; what joins VPCs (transit gateways, peerings, PrivateLink, Lattice, VPN, the Internet) as a bus each,
 * which its members hang on; violations as red arcs. A large network is drawn by tenants: those with a violation, something
 * unknown or shared things at full size, the clean ones as small tiles, what does not fit as a count.
 * Same facts, same bytes: everything is sorted by ids, all coordinates are whole numbers. No script, no style sheet, no reference
 * outside the picture; names come from strangers, so they are escaped, rid of control characters, and cut.
 */
#ifndef WARD_REPORT_MAP_H
#define WARD_REPORT_MAP_H

#include "prove/joint.h"
#include "report/model.h"

struct netmap_view {
    struct arena *arena;
    const struct net *net;
    const struct prove_labels *labels;
    const struct net_half *half;  /* NULL: nothing was judged, the network alone */
    const struct joint *joint;    /* NULL: the network half alone */
    int64_t run;
    struct str company;
    bool linked;                  /* cells of the matrix lead to the texts of netmap_html() */
};
/* Above these a network is drawn by tenants; labels of the matrix above which clean rows and columns are left out. */
enum { NETMAP_VPCS_MAX = 24, NETMAP_THINGS_MAX = 600, NETMAP_LABELS_MAX = 200 };

/* ERR_LIMIT. */
bool netmap_svg(const struct netmap_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
bool netmap_matrix_svg(const struct netmap_view *v, struct report_sink *sink, struct err *e) WARN_UNUSED;
/* The section of the HTML report: both pictures, and behind each cell its connections hop by hop. `out` in the view's arena. What is too
 * large to be inlined is left out, and said to be. */
bool netmap_html(const struct netmap_view *v, struct str *out, struct err *e) WARN_UNUSED;

#endif
