/* tests/unit/reach/service_box.h: a small town in answers, for tests of what stands on it: a VPC of two subnets, one group. */
#ifndef WARD_TESTS_REACH_SERVICE_BOX_H
#define WARD_TESTS_REACH_SERVICE_BOX_H

#include "load_box.h"

#define BOX_VPC                                                                                                                  \
    BOX_OK("ec2", "DescribeVpcs", "null",                                                                                        \
           "{'Vpcs':[{'VpcId':'vpc-1','OwnerId':'" BOX_A "','CidrBlock':'10.0.0.0/16','CidrBlockAssociationSet':[{'CidrBlock':"   \
           "'10.0.0.0/16','CidrBlockState':{'State':'associated'}}]}]}")
#define BOX_SUBNETS                                                                                                              \
    BOX_OK("ec2", "DescribeSubnets", "null",                                                                                     \
           "{'Subnets':[{'SubnetId':'subnet-a','VpcId':'vpc-1','OwnerId':'" BOX_A "','CidrBlock':'10.0.1.0/24'},"                 \
           "{'SubnetId':'subnet-b','VpcId':'vpc-1','OwnerId':'" BOX_A "','CidrBlock':'10.0.2.0/24'}]}")
#define BOX_GROUPS                                                                                                               \
    BOX_OK("ec2", "DescribeSecurityGroups", "null",                                                                              \
           "{'SecurityGroups':[{'GroupId':'sg-1','VpcId':'vpc-1','OwnerId':'" BOX_A "','GroupName':'one','IpPermissions':[],"     \
           "'IpPermissionsEgress':[]},{'GroupId':'sg-2','VpcId':'vpc-1','OwnerId':'" BOX_A "','GroupName':'two','IpPermissions':"  \
           "[],'IpPermissionsEgress':[]}]}")
#define BOX_TOWN BOX_VPC BOX_SUBNETS BOX_GROUPS

/* An interface in subnet-a with sg-1; `more`: members, with a comma before. */
#define BOX_ENI(id, ip, more)                                                                                                    \
    "{'NetworkInterfaceId':'" id "','VpcId':'vpc-1','SubnetId':'subnet-a','OwnerId':'" BOX_A "','Status':'in-use',"               \
    "'PrivateIpAddresses':[{'PrivateIpAddress':'" ip "','Primary':true}],'Groups':[{'GroupId':'sg-1'}],"                          \
    "'Attachment':{'AttachmentId':'at-1','Status':'attached'}" more "}"
#define BOX_ENIS(list) BOX_OK("ec2", "DescribeNetworkInterfaces", "null", "{'NetworkInterfaces':[" list "]}")
#define BOX_INSTANCE(id, state, eni)                                                                                             \
    "{'InstanceId':'" id "','State':{'Name':'" state "'},'VpcId':'vpc-1','SubnetId':'subnet-a','NetworkInterfaces':[{"            \
    "'NetworkInterfaceId':'" eni "','Attachment':{'DeviceIndex':0}}]}"
#define BOX_INSTANCES(list) BOX_OK("ec2", "DescribeInstances", "null", "{'Reservations':[{'Instances':[" list "]}]}")

static inline const struct net_thing *box_net_thing(const struct net_box *b, const char *id)
{
    return &b->n->things[net_box_row(b, NET_THING, id)];
}

static inline const struct net_eni *box_eni(const struct net_box *b, const char *id)
{
    return &b->n->enis[net_box_row(b, NET_ENI, id)];
}

/* The interface's thing has this id or ARN. */
static inline void box_expect_owner(const struct net_box *b, const char *eni, const char *id)
{
    const struct net_thing *t = &b->n->things[box_eni(b, eni)->thing];
    if (!str_eqz(t->id, id) && !str_eqz(t->arn, id))
        fail_msg("%s is %.*s's (%.*s), not %s's", eni, STR_ARG(t->id), STR_ARG(t->arn), id);
}

static inline bool box_has_thing(const struct net_box *b, const char *id)
{
    return net_find(b->n, str_of(id)).kind == NET_THING;
}

#endif
