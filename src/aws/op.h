/*
 * aws/op.h: the operations ward knows: rows of data/aws/operations.tsv, made from the botocore
 * service models by tools/gen_aws.py (the model's version is in the file's first line).
 *
 * Adding an operation is adding a row to tools/aws_operations.tsv and running the script: all else
 * comes from the model. Names are botocore's: service "elbv2", operation "DescribeListeners".
 * The table is parsed once, on first use, and is read-only from then on (any thread).
 *
 * Paths. "A.B" walks objects, "A[]" every element of a list, "A~" every key of an object, "@" is the
 * answer (in a scalar list: the item) itself.
 */
#ifndef WARD_AWS_OP_H
#define WARD_AWS_OP_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

enum aws_protocol { AWS_QUERY, AWS_EC2, AWS_JSON_1_0, AWS_JSON_1_1, AWS_REST_JSON, AWS_REST_XML };

enum aws_op_kind {
    AWS_OP_RESOURCE,  /* lists things of their own */
    AWS_OP_CHILD,     /* lists or describes things below a parent; one call a parent, or a batch of them */
    AWS_OP_DETAIL,    /* describes one parent */
    AWS_OP_SINGLETON, /* one answer for the account or region */
};

/* Where a parameter goes. */
enum aws_location { AWS_IN_BODY, AWS_IN_URI, AWS_IN_QUERY, AWS_IN_HEADER };

struct aws_param;

struct aws_type {
    char kind;                       /* s i f b t x scalars, L list, S structure, M map of strings */
    struct str tag;                  /* L in the query protocol: the element's name, "" when flattened */
    const struct aws_type *element;  /* L and M */
    const struct aws_param *members; /* S: those that ward's own values use */
    uint32_t member_count;
};

struct aws_param {
    struct str name; /* "Bucket", "Filters": the model's name, which the CLI's JSON uses too */
    struct str wire; /* name on the wire at that place */
    enum aws_location location;
    const struct aws_type *type;
};

struct aws_fixed { /* a parameter every call carries */
    struct aws_param param;
    struct str value; /* JSON text; "@account" (a JSON string) stands for the account's id */
};

/*
 * Where one parameter of a call comes from. Entries with the same `source` belong together: one
 * call is made for each row of the parent's answer, and all of them take their value from that row.
 * Paths of one source that share an "A[]" walk it in step. Different sources are alternatives: the
 * operation is called for the rows of each (the set of distinct parameters).
 */
struct aws_follow {
    struct aws_param param; /* name "": the call takes nothing from the parent and only waits for it */
    uint32_t source;        /* 0, 1, ... */
    struct str parent;      /* "s3:ListBuckets"; "" = no parent: the values are literals */
    struct str path;        /* "Buckets[].Name" in the parent's answer; "^Bucket" = the parent call's own
                               parameter, left out when it had none; "=A/B" = literals, one call each, "" among
                               them = also one without the parameter, "A@us-east-1" = only in that region.
                               A JSON value that is absent or null makes no call. */
    struct str filter;      /* conditions on the row, all to hold, joined with ',': "PATH=VALUE", "PATH!=VALUE",
                               VALUE "@region" = the call's region, "" = absent; paths as above; "" = none */
    struct str region;      /* path of the region that the call goes to; "" = the region of the parent's call */
    uint32_t batch;         /* values a call takes at once (list parameters); 0 = one call a value */
};

enum { AWS_PAGE_KEYS_MAX = 3 };

struct aws_op {
    struct str id;              /* "ec2:DescribeInstances" */
    struct str service;         /* "ec2" */
    struct str operation;       /* "DescribeInstances" */
    struct str cli;             /* "ec2-describe-instances": the bundle's file name */
    struct str endpoint_env;    /* "AWS_ENDPOINT_URL_EC2" */
    struct str signing_name;    /* "ec2" */
    struct str endpoint_prefix; /* "ec2" */
    bool global;                /* called once an account, in home_region */
    struct str home_region;     /* "us-east-1"; "" when regional */
    enum aws_protocol protocol;
    struct str target_prefix;   /* JSON protocols: X-Amz-Target = prefix.Operation */
    struct str api_version;     /* query and ec2 */
    struct str method;          /* "POST" */
    struct str path;            /* URI template: "/{Bucket}?acl", "{Key+}" keeps slashes */
    struct str host_prefix;     /* "{AccountId}." or ""; never applied to a configured endpoint */
    enum aws_op_kind kind;
    const struct aws_param *params; /* all that ward may send, pages included */
    uint32_t param_count;
    const struct aws_fixed *fixed;
    uint32_t fixed_count;
    const struct aws_follow *follow; /* ordered by source */
    uint32_t follow_count;
    struct aws_param page_in[AWS_PAGE_KEYS_MAX];  /* parameters that carry the token */
    struct str page_out[AWS_PAGE_KEYS_MAX];       /* their paths in the answer */
    uint32_t page_keys;         /* 0 = not paged */
    struct str page_more;       /* path of a boolean; "" = the token's presence decides */
    struct aws_param page_size; /* name "" = none */
    uint32_t page_size_max;
    const struct str *lists;    /* members of the answer that pages add to: "Reservations", "UserDetailList" */
    uint32_t list_count;
    /* The things in the answer. An answer with several kinds has their paths joined with '|' (IAM's
     * "UserDetailList[]|GroupDetailList[]|..."); then id, name, tags and type have either one value for
     * all or as many, joined with '|' too. */
    struct str items;           /* "Reservations[].Instances[]", "@" = the whole answer */
    struct str id_field, arn_field, name_field, tags_field; /* in an item; "@" = the item itself; "" = none */
    struct str type;            /* CloudFormation type name of an item, "" for details */
    struct str arn_template;    /* when items carry no ARN: "arn:{partition}:ec2:{region}:{account}:volume/{VolumeId}";
                                   {@} the item itself, {^ApiId} the call's parameter; {Id@basename} and
                                   {@basename} only what follows the last '/' */
    struct str action;          /* IAM action, "s3:ListAllMyBuckets" */
    const struct str *absent;   /* error codes that mean "not configured": "NoSuchBucketPolicy"; "CODE:TEXT"
                                   only when the message contains TEXT */
    uint32_t absent_count;
    bool starts_job;            /* GenerateCredentialReport, DetectStackDrift: the child's answer may not be ready yet */
    bool on_demand;             /* only when a control reads it, never for "all" */
    bool manual;                /* only with parameters that the caller gives */
    bool has_body;              /* rest-json: the model has members for the body, so an empty one is "{}" */
    bool query_mode;            /* JSON service that was query once: x-amzn-query-mode keeps its old error codes */
};

/* All operations, sorted by id. */
const struct aws_op *aws_ops(uint32_t *count);
/* NULL when ward does not know it. */
const struct aws_op *aws_op_find(struct str id);
/* By file name, "ec2-describe-instances"; NULL when unknown. */
const struct aws_op *aws_op_by_cli(struct str cli);
/* The parameter `name` of an operation, or NULL. */
const struct aws_param *aws_op_param(const struct aws_op *op, struct str name);

/* Reads a table in the format of data/aws/operations.tsv; slices point into `text`. NULL and
 * ERR_PARSE with the line for a malformed row. The functions above use it on the embedded table. */
const struct aws_op *aws_ops_parse(struct arena *a, struct str text, uint32_t *count, struct err *e) WARN_UNUSED;

#endif
