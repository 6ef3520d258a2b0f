/*
 * report/map_internal.h: what is drawn (map_model, map_bus, map_arc), where (map_layout), and how (map_draw, map_svg).
 */
#ifndef WARD_REPORT_MAP_INTERNAL_H
#define WARD_REPORT_MAP_INTERNAL_H

#include "base/buf.h"
#include "report/map.h"

/* The words of the matrix: those of the network half, then what the other layers decide. */
enum { NETMAP_IAM = NET_WORDS, NETMAP_BOTH, NETMAP_WORDS };
struct netmap_word { const char *name, *letter, *fill, *ink, *what; };
const struct netmap_word *netmap_word(int word);
int netmap_word_of(const struct netmap_view *v, uint32_t subject, uint32_t object);
enum prove_verdict netmap_verdict_of(const struct netmap_view *v, uint32_t subject, uint32_t object);
bool netmap_is_object(const struct netmap_view *v, uint32_t label);

/* A cell that is not proved, of either kind of proof; `at` numbers it. */
struct netmap_cell {
    uint32_t subject, object;
    enum prove_verdict verdict;
    int word;
    struct str reason;
    const struct net_cell *network;
    const struct joint_cell *joint;
};
uint32_t netmap_cell_count(const struct netmap_view *v);
struct netmap_cell netmap_cell_at(const struct netmap_view *v, uint32_t at);

/* SVG primitives. `max` characters at most; `fit` cuts to a width in pixels at that size of font. */
void netmap_escape(struct buf *b, struct str s, size_t max);
void netmap_fit(struct buf *b, struct str s, int width, int size);
void netmap_title(struct buf *b, struct str s);
void netmap_label(struct buf *b, int x, int y, int size, const char *more, struct str s, int width);
/* <svg ...>, its title, description, patterns and markers; `id` begins every id, so that two pictures can stand in one page. */
void netmap_open(struct buf *b, const char *id, int width, int height, struct str title, struct str what);
const char *netmap_colour(const struct netmap_view *v, uint32_t label);

struct netmap_key { uint64_t rank; struct str one, two; uint32_t row; };
void netmap_sort(struct netmap_key *keys, uint32_t count);

struct netmap_node {
    uint32_t thing, box, label;
    bool unknown, hit;
    int x, y;
};
struct netmap_box {
    uint32_t tile;
    struct str name, title;
    uint32_t first, count, left; /* nodes; left: not drawn */
    int x, y, w, h;
};
struct netmap_tile {
    uint32_t label, group;
    struct str name, detail, title;
    bool unknown, hit, small;
    uint32_t first, count; /* boxes */
    uint32_t row, stubs;
    int x, y, w, h;
};
struct netmap_border {
    uint32_t external;
    struct str name, detail, title;
    uint32_t stubs;
    int x, y, w, h;
};
enum netmap_end_kind { END_NONE, END_NODE, END_TILE, END_BORDER };
struct netmap_end { enum netmap_end_kind kind; uint32_t at; };
enum netmap_bus_kind { BUS_INTERNET, BUS_TGW, BUS_PEERING, BUS_VPN, BUS_LINK, BUS_LATTICE, BUS_KINDS };
struct netmap_bus {
    enum netmap_bus_kind kind;
    struct str name, title;
    struct netmap_end *members; /* tiles and borders, without doubles */
    uint32_t count, room;
    int trunk;
};
struct netmap_arc {
    uint32_t cell;    /* of netmap_cell_at() */
    uint32_t number;  /* in the list below the picture; 0: declared */
    int word;
    bool dashed;
    struct netmap_end from, to;
};
struct netmap {
    const struct netmap_view *v;
    struct arena *a;
    bool by_tenant;
    struct str *groups;
    uint32_t group_count;
    struct netmap_tile *tiles;
    uint32_t tile_count;
    struct netmap_box *boxes;
    uint32_t box_count;
    struct netmap_node *nodes;
    uint32_t node_count;
    struct netmap_border *borders;
    uint32_t border_count;
    struct netmap_bus *buses;
    uint32_t bus_count, bus_room;
    struct netmap_arc *arcs;
    uint32_t arc_count, arc_room;
    uint32_t numbered;         /* violated cells that have a number */
    uint32_t *label_of;        /* by thing; NET_NONE: nobody's */
    uint32_t *label_of_vpc, *tile_of_vpc, *tile_of_label, *node_of, *border_of; /* NET_NONE: not drawn */
    uint8_t *marks;            /* by thing: NETMAP_HIT, NETMAP_UNSURE */
    struct str *notes;         /* what was left out */
    uint32_t note_count;
    int width, height, left;
    uint32_t rows;
    int *row_y, *lanes;        /* by row: y of its tiles; [row * bus_count + bus]: y of the lane, 0: none */
};
enum { NETMAP_WITNESSES_MAX = 500 }; /* cells whose text the HTML report has */
enum { NETMAP_HIT = 1, NETMAP_UNSURE = 2, NETMAP_NOTES_MAX = 16 };

void netmap_note(struct netmap *m, struct str line);
struct str netmap_thing_name(const struct net *n, uint32_t thing);
void netmap_marks(struct netmap *m);
/* Tiles, boxes and nodes of every VPC; or by tenants. */
void netmap_by_vpc(struct netmap *m);
void netmap_by_tenant(struct netmap *m);
void netmap_borders(struct netmap *m);
void netmap_buses(struct netmap *m);
void netmap_arcs(struct netmap *m);
void netmap_layout(struct netmap *m);
void netmap_draw(const struct netmap *m, struct buf *b);
void netmap_draw_node(const struct netmap *m, const struct netmap_node *n, struct buf *b);
void netmap_symbol(enum net_thing_kind kind, int x, int y, const char *fill, const char *stroke, int width, struct buf *b);
void netmap_draw_arcs(const struct netmap *m, struct buf *b);
void netmap_draw_buses(const struct netmap *m, struct buf *b);
/* Legend, numbered violations, notes, footer; returns the y below. NULL buffer: only measures. */
int netmap_foot(const struct netmap *m, int y, struct buf *b);

#endif
