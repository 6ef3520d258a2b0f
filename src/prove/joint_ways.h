/* prove/joint_ways.h: what ways to AWS a subject has: public addresses that it leaves by, VPC endpoints that it gets to. */
#ifndef WARD_PROVE_JOINT_WAYS_H
#define WARD_PROVE_JOINT_WAYS_H

#include "prove/joint_internal.h"

struct joint_address {
    ip_number ip;
    uint32_t thing;
    bool sure;
};
struct joint_gate {
    uint32_t endpoint, thing; /* of the net; the thing that gets there, or NET_NONE */
    bool sure;
};
/* Of one subject; each part is made when it is first asked for. */
struct joint_place {
    uint32_t *things; /* that it runs code in, surely or maybe, its own among them */
    uint32_t thing_count;
    struct joint_address *addresses;
    uint32_t address_count;
    struct joint_gate *gates;
    uint32_t gate_count;
    bool has_things, has_addresses, has_gates;
    bool addresses_capped; /* more things send than are looked at */
};
struct joint_ways {
    struct arena *arena;      /* of this round */
    struct map answers;       /* bytes of a question -> struct way_answer * */
    struct joint_place *places;
    uint32_t *world_endpoint; /* by net endpoint: its row in the world, or WORLD_NONE */
    struct iam_policy_ref *none;
};

const struct joint_place *joint_things_of(struct joiner *k, uint32_t label);
const struct joint_place *joint_addresses_of(struct joiner *k, uint32_t label);
const struct joint_place *joint_gates_of(struct joiner *k, uint32_t label);
bool joint_is_sure(const struct joiner *k, uint32_t label, uint32_t thing);

#endif
