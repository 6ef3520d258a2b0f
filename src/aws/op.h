/*
 * aws/op.h: the operations ward knows: rows of data/aws/operations.tsv, made from the botocore
 * service models by tools/gen_aws.py (the model's version is in the file's first line).
 *
 * Adding an operation is adding its name to tools/gen_aws.py's list and running it: everything here
 * comes from the model, but for id, ARN, type and IAM action, which the same row carries.
 * Names are botocore's: service "elbv2", operation "DescribeListeners", CLI "describe-listeners".
 */
#ifndef WARD_AWS_OP_H
#define WARD_AWS_OP_H

#include "base/str.h"

enum aws_protocol { AWS_QUERY, AWS_EC2, AWS_JSON_1_0, AWS_JSON_1_1, AWS_REST_JSON, AWS_REST_XML };

enum aws_op_kind {
    AWS_OP_RESOURCE,  /* lists things of their own */
    AWS_OP_CHILD,     /* lists things below a parent; one call a parent */
    AWS_OP_DETAIL,    /* describes one parent */
    AWS_OP_SINGLETON, /* one answer for the account or region */
};

/* Where a parameter goes, and where its value comes from. */
enum aws_location { AWS_IN_BODY, AWS_IN_URI, AWS_IN_QUERY, AWS_IN_HEADER };

struct aws_param {
    struct str name;     /* "Bucket", "Filters"; the CLI's parameter in UpperCamel */
    struct str wire;     /* name on the wire at that place */
    enum aws_location location;
    char type;           /* s i b (scalars), L list of scalars, J any JSON value */
    struct str list_tag; /* query protocol: "member" or another element name, "" when flattened */
};

struct aws_fixed { /* a parameter every call carries */
    struct aws_param param;
    struct str value; /* "true", "100", "self"; list values joined with ',' ; "@account" = the account's id */
};

struct aws_follow { /* the value of one parameter comes from each row of a parent operation */
    struct aws_param param;
    struct str parent;  /* "s3:ListBuckets" */
    struct str path;    /* "Buckets[].Name" in the parent's answer; "^Bucket" = the parent call's own parameter */
    struct str filter;  /* "KeyManager!=AWS": rows of the parent that need no such call; "" = none */
    uint32_t batch;     /* values a call takes at once (list parameters); 0 = one call a value */
};

struct aws_op {
    struct str id;        /* "ec2:DescribeInstances" */
    struct str service;   /* "ec2" */
    struct str operation; /* "DescribeInstances" */
    struct str cli;       /* "ec2-describe-instances": the bundle's file name */
    struct str endpoint_env;    /* "AWS_ENDPOINT_URL_EC2" */
    struct str signing_name;    /* "ec2" */
    struct str endpoint_prefix; /* "ec2" */
    bool global;                /* one endpoint a partition */
    enum aws_protocol protocol;
    struct str target_prefix;   /* JSON protocols: X-Amz-Target = prefix.Operation */
    struct str api_version;     /* query and ec2 */
    struct str method;          /* "POST" */
    struct str path;            /* URI template: "/{Bucket}?acl", "{Key+}" keeps slashes */
    struct str host_prefix;     /* "{AccountId}." or "" */
    enum aws_op_kind kind;
    const struct aws_fixed *fixed;
    uint32_t fixed_count;
    const struct aws_follow *follow;
    uint32_t follow_count;
    struct aws_param page_in;   /* name "" = not paged */
    struct str page_out;        /* path of the next token in the answer (CLI names) */
    struct str page_more;       /* path of a boolean; "" = the token's presence decides */
    struct aws_param page_size; /* name "" = none */
    uint32_t page_size_max;
    const struct str *lists;    /* members of the answer that pages add to: "Reservations", "UserDetailList" */
    uint32_t list_count;
    struct str items;           /* path of the things: "Reservations[].Instances[]", "@" = the whole answer */
    struct str id_field, arn_field, name_field, tags_field; /* in an item; "" = none */
    struct str type;            /* CloudFormation type name of an item, "" for details */
    struct str arn_template;    /* "arn:{partition}:ec2:{region}:{account}:volume/{VolumeId}" when items carry none */
    struct str action;          /* IAM action, "s3:ListAllMyBuckets" */
    uint16_t absent_count;
    const struct str *absent;   /* error codes that mean "not configured": NoSuchBucketPolicy */
    bool starts_job;            /* GenerateCredentialReport, DetectStackDrift */
};

/* All operations, sorted by id. */
const struct aws_op *aws_ops(uint32_t *count);
/* NULL when ward does not know it. */
const struct aws_op *aws_op_find(struct str id);
/* By file name, "ec2-describe-instances"; NULL when unknown. */
const struct aws_op *aws_op_by_cli(struct str cli);

#endif
