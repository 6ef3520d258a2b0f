/*
 * aws/xml.h: XML 1.0 (W3C, fifth edition, November 2008) as AWS answers use it, read by expat into a
 * tree in an arena.
 *
 * What it is not: a general XML reader. A DOCTYPE is refused (so there are no entities to expand),
 * name space prefixes are dropped, processing instructions and comments are ignored, text next to child
 * elements is dropped. Depth, size and the number of nodes are capped.
 */
#ifndef WARD_AWS_XML_H
#define WARD_AWS_XML_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct xml_attr {
    struct str name, value;
    struct xml_attr *next;
};

struct xml_node {
    struct str name;  /* without prefix */
    struct str text;  /* of an element without children; "" else */
    struct xml_attr *attrs;
    struct xml_node *first, *last; /* children in order */
    struct xml_node *next;         /* next sibling */
};

enum { XML_DEPTH_MAX = 64, XML_NODES_MAX = 8 << 20 };

/* The root element. NULL on error: ERR_PARSE with line and column, ERR_LIMIT when text is longer than
 * max_bytes, nested too deep or has too many elements. */
struct xml_node *xml_parse(struct arena *a, struct str text, size_t max_bytes, struct err *e) WARN_UNUSED;
/* The first child of that name, or NULL; accepts NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *name);
/* Text of the first child of that name; {NULL,0} when there is none. */
struct str xml_child_text(const struct xml_node *node, const char *name);

#endif
