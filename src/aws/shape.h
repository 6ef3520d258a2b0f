/*
 * aws/shape.h: what an answer looks like: data/aws/shapes.txt, made by tools/gen_aws.py from the
 * output shapes of botocore's models.
 *
 *   #SERVICE PROTOCOL
 *   @OPERATION ROOT [in:WRAPPER | payload:MEMBER | raw:MEMBER]    ROOT = number of a structure, "-" = no output
 *   NUMBER MEMBER[=WIRE][:REF] ...        one structure; "NUMBER *" = a document (any JSON)
 * WIRE: name on the wire; "@type" an XML attribute; "!x-amz-y" a header; "!" the HTTP status.
 * REF: s (the default) i f b; t timestamp; x blob; p IAM policy, URL-encoded; j text that may be JSON;
 *   NUMBER a structure; [REF] a list, [TAG/REF] with that element name, [*REF] flattened;
 *   {REF} a map, {KEY/VALUE/REF} with those element names, {*...} flattened.
 */
#ifndef WARD_AWS_SHAPE_H
#define WARD_AWS_SHAPE_H

#include "aws/op.h"

struct aws_struct;

struct aws_ref {
    char kind;                    /* s i f b t x p j scalars, S structure, L list, M map */
    bool flat;                    /* L and M: the elements stand in the parent */
    struct str tag;               /* L: the element's name */
    struct str key, value;        /* M: names of the two children of an entry */
    const struct aws_ref *element;
    const struct aws_struct *structure;
};

enum aws_place { AWS_PLACE_BODY, AWS_PLACE_ATTRIBUTE, AWS_PLACE_HEADER, AWS_PLACE_STATUS };

struct aws_member {
    struct str name, wire;
    enum aws_place place;
    struct aws_ref ref;
};

struct aws_struct {
    bool document; /* any JSON, passed as it is */
    const struct aws_member *members;
    uint32_t count;
};

struct aws_output {
    struct str id;                /* "ec2:DescribeInstances" */
    const struct aws_struct *root; /* NULL: the operation has no output */
    struct str wrapper;           /* query: element around the result */
    struct str payload;           /* member that the whole body is; "" = none */
    bool raw;                     /* that member is the body's text */
};

/* The output of an operation of the embedded table; dies when it has none (a test keeps them equal). */
const struct aws_output *aws_output_of(const struct aws_op *op);

struct aws_shapes;
/* Reads a table in that format; slices point into `text`. ERR_PARSE with the line. */
const struct aws_shapes *aws_shapes_parse(struct arena *a, struct str text, struct err *e) WARN_UNUSED;
/* NULL when unknown. */
const struct aws_output *aws_shapes_find(const struct aws_shapes *s, struct str id);

#endif
