/* The key that a read needs. */
#include "prove/internal.h"
#include "prove/key.h"

/* Types whose readers decrypt with their own right to the key: "Using server-side encryption with AWS KMS keys" (Amazon
 * S3), "Permissions to use a KMS key" (Secrets Manager, SQS, Kinesis Data Streams, Systems Manager), "Amazon DynamoDB
 * encryption at rest", "Amazon EBS encryption", "AWS KMS key management" (Amazon RDS), read 2026. Of other types the
 * service decrypts by itself, or it is not known: no gate is taken, which is the safe side. COPY alone is gated where the
 * running thing is read without the key. */
struct gate {
    const char *type, *service;
    unsigned touches;
};
enum { READ_AND_COPY = 1u << IAM_TOUCH_READ | 1u << IAM_TOUCH_COPY, COPY_ONLY = 1u << IAM_TOUCH_COPY };
static const struct gate gates[] = {
    {"AWS::S3::Bucket", "s3", READ_AND_COPY},
    {"AWS::S3::AccessPoint", "s3", READ_AND_COPY},
    {"AWS::SecretsManager::Secret", "secretsmanager", READ_AND_COPY},
    {"AWS::SQS::Queue", "sqs", READ_AND_COPY},
    {"AWS::Kinesis::Stream", "kinesis", READ_AND_COPY},
    {"AWS::Kinesis::StreamConsumer", "kinesis", READ_AND_COPY},
    {"AWS::DynamoDB::Table", "dynamodb", READ_AND_COPY},
    {"AWS::SSM::Parameter", "ssm", READ_AND_COPY},
    {"AWS::EC2::Snapshot", "ec2", READ_AND_COPY},
    {"AWS::EC2::Volume", "ec2", COPY_ONLY},
    {"AWS::RDS::DBSnapshot", "rds", READ_AND_COPY},
    {"AWS::RDS::DBClusterSnapshot", "rds", READ_AND_COPY},
    {"AWS::RDS::DBInstance", "rds", COPY_ONLY},
    {"AWS::RDS::DBCluster", "rds", COPY_ONLY},
};

static const struct gate *gate_of(struct str type)
{
    for (size_t i = 0; i < sizeof gates / sizeof *gates; i++)
        if (str_eqz(type, gates[i].type))
            return &gates[i];
    return NULL;
}

bool prove_key_gates(const struct world_resource *r, unsigned touches)
{
    const struct gate *g = gate_of(r->type);
    return g && r->encryption != WORLD_ENC_NONE && r->encryption != WORLD_ENC_AWS_OWNED && !(touches & ~g->touches);
}

const struct residue *prove_unread(struct prover *v, struct str what)
{
    struct residue_leaf leaf = {.kind = RESIDUE_UNREAD, .values = &what, .count = 1};
    struct residue_source source = {.layer = "resource", .policy = what, .allow = true};
    return residue_leaf(v->g->world->pool, &leaf, &source);
}

static const struct residue *via_service(struct prover *v, const struct residue *guard, const struct world_resource *r)
{
    const struct gate *gate = gate_of(r->type);
    if (guard == residue_true || guard == residue_false || !gate || str_starts(v->g->world->partition, STR("aws-cn")))
        return guard; /* what the key says in China is not documented */
    struct arena *scratch = arena_new(0);
    struct str via = arena_printf(scratch, "%s.%.*s.amazonaws.com", gate->service, STR_ARG(r->region));
    struct iam_key key = {.name = STR("kms:viaservice"), .state = IAM_KEY_KNOWN, .values = &via, .count = 1};
    struct iam_context c = {.keys = &key, .count = 1, .open = true};
    const struct residue *out = residue_assume(v->g->world->pool, guard, &c);
    arena_free(scratch);
    return out;
}

static const struct residue *on_key(struct prover *v, const struct principal_rights *p, uint32_t key)
{
    const struct residue *out = residue_false;
    for (uint32_t i = 0; i < p->count && out != residue_true; i++) {
        const struct resource_set *s = p->items[i].resources;
        uint32_t lo = 0, hi = s->count;
        while (lo < hi) {
            uint32_t mid = lo + (hi - lo) / 2;
            if (s->items[mid] < key)
                lo = mid + 1;
            else
                hi = mid;
        }
        if (lo < s->count && s->items[lo] == key)
            out = residue_or(v->g->world->pool, out, p->items[i].guard);
    }
    return out;
}

const struct residue *prove_decrypt(struct prover *v, const struct principal_rights *p, uint32_t resource)
{
    const struct world *w = v->g->world;
    const struct world_resource *r = &w->resources[prove_data_row(w, resource)];
    if (r->encryption == WORLD_ENC_UNKNOWN)
        return prove_unread(v, arena_printf(v->a, "encryption of %.*s", STR_ARG(r->arn)));
    if (r->encryption == WORLD_ENC_AWS_MANAGED)
        return w->principals[p->principal].account == r->account ? residue_true : residue_false;
    if (r->encryption != WORLD_ENC_KEY)
        return residue_true;
    if (r->key == WORLD_NONE)
        return prove_unread(v, arena_printf(v->a, "key %.*s", STR_ARG(r->key_arn)));
    return via_service(v, on_key(v, p, r->key), r);
}
