/* What stands on the network, from answers: whose an interface is, what it does, which interfaces may come to be. */
#include "service_box.h"

#define RDS_ARN(name) "arn:aws:rds:us-east-1:" BOX_A ":db:" name
#define RDS_IN(name, more)                                                                                                         \
    "{'DBInstanceIdentifier':'" name "','DBInstanceArn':'" RDS_ARN(name) "','Engine':'postgres','DBInstanceStatus':'available',"    \
    "'VpcSecurityGroups':[{'VpcSecurityGroupId':'sg-1','Status':'active'}],'DBSubnetGroup':{'VpcId':'vpc-1','Subnets':["            \
    "{'SubnetIdentifier':'subnet-a'},{'SubnetIdentifier':'subnet-b'}]}" more "}"
#define RDS(list) BOX_OK("rds", "DescribeDBInstances", "null", "{'DBInstances':[" list "]}")

static void a_store_may_be_in_each_subnet_of_its_group(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, BOX_TOWN RDS(RDS_IN("db", ",'PubliclyAccessible':true,'Endpoint':{'Port':5433}")), NULL);
    const struct net_thing *t = box_net_thing(&b, RDS_ARN("db"));
    assert_int_equal(t->kind, THING_STORE);
    assert_int_equal(t->port_count, 1);
    assert_int_equal(t->ports[0], 5433);
    assert_true(t->public_flag && !t->stopped);
    assert_int_equal(t->enis.count, 2);
    NET_EACH(i, t->enis) {
        const struct net_eni *e = &b.n->enis[b.n->eni_order[i]];
        assert_true(e->virtual_ && e->receives && !e->sources && e->groups_read);
        assert_int_equal(e->groups.count, 1);
        assert_true(str_eqz(b.n->eni_groups[e->groups.first].id, "sg-1"));
        assert_int_equal(e->addresses.count, 2);
        const struct net_address *one = &b.n->addresses[e->addresses.first], *all = one + 1;
        assert_true(one->primary && one->public_ip && one->range.lo == one->range.hi);
        assert_true(all->range.hi - all->range.lo == 250); /* 256 less five, both ends in */
        assert_true(ip_in(all->range, one->range.lo) && !ip_is_internal(one->public_ip));
    }
    assert_true(b.n->assumption_count > 0);
    net_box_close(&b);
}

static void ports_of_the_engine_where_none_is_told(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, BOX_TOWN RDS(RDS_IN("db", "")), NULL);
    assert_int_equal(box_net_thing(&b, RDS_ARN("db"))->ports[0], 5432);
    assert_false(box_net_thing(&b, RDS_ARN("db"))->public_flag);
    assert_int_equal(b.n->addresses[box_eni(&b, "db in subnet-b")->addresses.first].public_ip == 0, 1);
    net_box_close(&b);
}

static void one_store_of_that_place_has_the_interface_and_of_two_none(void **state)
{
    (void)state;
    struct net_box b;
#define LIVE BOX_ENIS(BOX_ENI("eni-db", "10.0.1.20", ",'Description':'RDSNetworkInterface','RequesterId':'amazon-rds','RequesterManaged':true"))
    net_box_load(&b, BOX_TOWN LIVE RDS(RDS_IN("db", "")), NULL);
    box_expect_owner(&b, "eni-db", RDS_ARN("db"));
    assert_true(box_eni(&b, "eni-db")->receives && !box_eni(&b, "eni-db")->sources);
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN LIVE RDS(RDS_IN("db", "") "," RDS_IN("db2", "")), NULL);
    box_expect_owner(&b, "eni-db", "eni-db");
    assert_true(box_eni(&b, "eni-db")->receives && !box_eni(&b, "eni-db")->sources);
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN LIVE BOX_DENIED("rds", "DescribeDBInstances", "null"), NULL);
    box_expect_owner(&b, "eni-db", "eni-db");
    assert_true(net_box_gap(&b, "rds:DescribeDBInstances"));
    net_box_close(&b);
}

static void members_stand_for_their_cluster(void **state)
{
    (void)state;
    struct net_box b;
#define CLUSTER                                                                                                                  \
    BOX_OK("rds", "DescribeDBClusters", "null",                                                                                  \
           "{'DBClusters':[{'DBClusterIdentifier':'c','DBClusterArn':'arn:aws:rds:us-east-1:" BOX_A ":cluster:c','Engine':"       \
           "'aurora-postgresql','Port':5555,'DBSubnetGroup':'g','VpcSecurityGroups':[{'VpcSecurityGroupId':'sg-2'}]}]}")          \
    BOX_OK("rds", "DescribeDBSubnetGroups", "null",                                                                              \
           "{'DBSubnetGroups':[{'DBSubnetGroupName':'g','VpcId':'vpc-1','Subnets':[{'SubnetIdentifier':'subnet-b'}]}]}")
    net_box_load(&b, BOX_TOWN CLUSTER RDS(RDS_IN("m", ",'DBClusterIdentifier':'c'")), NULL);
    const struct net_thing *member = box_net_thing(&b, RDS_ARN("m"));
    const struct net_thing *cluster = box_net_thing(&b, "arn:aws:rds:us-east-1:" BOX_A ":cluster:c");
    assert_ptr_equal(&b.n->things[member->of], cluster);
    assert_int_equal(member->ports[0], 5555);
    assert_int_equal(cluster->enis.count, 0);
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN CLUSTER, NULL); /* serverless: it has no members */
    cluster = box_net_thing(&b, "arn:aws:rds:us-east-1:" BOX_A ":cluster:c");
    assert_int_equal(cluster->enis.count, 1);
    assert_true(str_eqz(b.n->eni_groups[b.n->enis[b.n->eni_order[cluster->enis.first]].groups.first].id, "sg-2"));
    net_box_close(&b);
}

static void a_store_whose_subnets_were_not_read_may_be_anywhere_in_its_vpc(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN BOX_OK("elasticache", "DescribeCacheClusters", "null",
                                 "{'CacheClusters':[{'CacheClusterId':'c','ARN':'arn:aws:elasticache:us-east-1:" BOX_A ":cluster:c','Engine':'memcached',"
                                 "'CacheSubnetGroupName':'g','SecurityGroups':[{'SecurityGroupId':'sg-2'}]}]}")
                     BOX_DENIED("elasticache", "DescribeCacheSubnetGroups", "null"),
                 NULL);
    const struct net_thing *t = box_net_thing(&b, "arn:aws:elasticache:us-east-1:" BOX_A ":cluster:c");
    assert_true(t->ports[0] == 11211 && t->vpc == net_box_row(&b, NET_VPC, "vpc-1"));
    assert_int_equal(t->enis.count, 2);
    assert_false(b.n->enis[b.n->eni_order[t->enis.first]].groups_read);
    net_box_close(&b);
}

static void hosts_stopped_terminated_and_detached(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN BOX_INSTANCES(BOX_INSTANCE("i-1", "running", "eni-1") "," BOX_INSTANCE("i-2", "stopped", "eni-2") ","
                                        "{'InstanceId':'i-3','State':{'Name':'terminated'}}")
                     BOX_ENIS(BOX_ENI("eni-1", "10.0.1.11", ",'SourceDestCheck':false") "," BOX_ENI("eni-2", "10.0.1.12", "") ","
                              "{'NetworkInterfaceId':'eni-3','VpcId':'vpc-1','SubnetId':'subnet-a','OwnerId':'" BOX_A "','Status':'available',"
                              "'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.1.13','Primary':true}],'Groups':[]}"),
                 NULL);
    box_expect_owner(&b, "eni-1", "i-1");
    const struct net_eni *one = box_eni(&b, "eni-1"), *two = box_eni(&b, "eni-2"), *three = box_eni(&b, "eni-3");
    assert_true(one->sources && one->receives && one->forwards && !one->assumed_state && b.n->things[one->thing].runs_code);
    assert_true(two->sources && two->assumed_state && b.n->things[two->thing].stopped);
    assert_true(!three->sources && !three->receives);
    assert_false(box_has_thing(&b, "i-3"));
    net_box_close(&b);
}

#define FUNCTION                                                                                                                 \
    BOX_OK("lambda", "ListFunctions", "null",                                                                                    \
           "{'Functions':[{'FunctionName':'f-g','FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A ":function:f-g','Role':"           \
           "'arn:aws:iam::" BOX_A ":role/r','VpcConfig':{'VpcId':'vpc-1','SubnetIds':['subnet-a','subnet-b'],"                    \
           "'SecurityGroupIds':['sg-1']}},{'FunctionName':'plain','FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A                 \
           ":function:plain','VpcConfig':{'VpcId':''}}]}")

static void a_function_sends_from_each_of_its_subnets_and_never_receives(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN FUNCTION BOX_ENIS(BOX_ENI("eni-f", "10.0.1.30",
                                                    ",'InterfaceType':'lambda','Description':'AWS Lambda VPC ENI-f-g-01234567-89ab-cdef-0123-456789abcdef'")),
                 NULL);
    box_expect_owner(&b, "eni-f", "f-g");
    const struct net_thing *t = box_net_thing(&b, "arn:aws:lambda:us-east-1:" BOX_A ":function:f-g");
    assert_int_equal(t->enis.count, 2); /* the live one in subnet-a, one that may be in subnet-b */
    NET_EACH(i, t->enis) {
        const struct net_eni *e = &b.n->enis[b.n->eni_order[i]];
        assert_true(e->sources && !e->receives);
        assert_int_equal(e->virtual_, str_eqz(b.n->subnets[e->subnet].id, "subnet-b"));
    }
    assert_false(t->runs_code); /* no URL */
    assert_true(str_eqz(t->role_arn, "arn:aws:iam::" BOX_A ":role/r"));
    assert_false(box_has_thing(&b, "arn:aws:lambda:us-east-1:" BOX_A ":function:plain"));
    net_box_close(&b);
}

static void a_description_cannot_hide_a_host(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN BOX_ENIS("{'NetworkInterfaceId':'eni-h','VpcId':'vpc-1','SubnetId':'subnet-a','OwnerId':'" BOX_A "','Status':'in-use','Description':"
                                   "'RDSNetworkInterface','SourceDestCheck':false,'Attachment':{'AttachmentId':'a','InstanceId':'i-9'},"
                                   "'PrivateIpAddresses':[{'PrivateIpAddress':'10.0.1.14','Primary':true}],'Groups':[]}"),
                 NULL);
    const struct net_eni *e = box_eni(&b, "eni-h");
    assert_true(e->sources && e->receives && e->forwards && b.n->things[e->thing].runs_code);
    net_box_close(&b);
}

static void gateways_are_nobodys_hosts(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN BOX_ENIS(BOX_ENI("eni-nat", "10.0.1.40", ",'InterfaceType':'nat_gateway','SourceDestCheck':false,'Description':'Interface for NAT Gateway nat-1'")
                                   "," BOX_ENI("eni-tgw", "10.0.1.41", ",'InterfaceType':'transit_gateway','SourceDestCheck':false,'Description':'Network Interface for "
                                                                       "Transit Gateway Attachment tgw-attach-1'")
                                   "," BOX_ENI("eni-vpce", "10.0.1.42", ",'InterfaceType':'vpc_endpoint','Description':'VPC Endpoint Interface vpce-1'")
                                   "," BOX_ENI("eni-pod", "10.0.1.43", ",'InterfaceType':'branch','Description':'aws-k8s-branch-eni'")
                                   "," BOX_ENI("eni-what", "10.0.1.44", ",'Description':'something new','RequesterManaged':true"))
                     BOX_OK("ec2", "DescribeNatGateways", "null",
                            "{'NatGateways':[{'NatGatewayId':'nat-1','VpcId':'vpc-1','SubnetId':'subnet-a','State':'available','ConnectivityType':'public',"
                            "'NatGatewayAddresses':[{'NetworkInterfaceId':'eni-nat','PrivateIp':'10.0.1.40','PublicIp':'52.0.0.1'}]}]}")
                         BOX_OK("ec2", "DescribeVpcEndpoints", "null",
                                "{'VpcEndpoints':[{'VpcEndpointId':'vpce-1','VpcEndpointType':'Interface','VpcId':'vpc-1','State':'available','ServiceName':"
                                "'com.amazonaws.us-east-1.kms','SubnetIds':['subnet-a'],'NetworkInterfaceIds':['eni-vpce']}]}"),
                 NULL);
    box_expect_owner(&b, "eni-nat", "nat-1");
    box_expect_owner(&b, "eni-vpce", "vpce-1");
    box_expect_owner(&b, "eni-tgw", "eni-tgw");
    const struct net_eni *nat = box_eni(&b, "eni-nat"), *tgw = box_eni(&b, "eni-tgw"), *vpce = box_eni(&b, "eni-vpce"), *pod = box_eni(&b, "eni-pod");
    assert_true(!nat->sources && !nat->receives && nat->skips_groups && !nat->forwards);
    assert_true(!tgw->sources && !tgw->receives && tgw->skips_groups && !tgw->forwards);
    assert_true(!vpce->sources && vpce->receives && !vpce->skips_groups);
    assert_true(pod->sources && pod->receives && b.n->things[pod->thing].runs_code);
    assert_true(box_eni(&b, "eni-what")->sources && box_eni(&b, "eni-what")->receives); /* nobody knows what it is */
    assert_int_equal(b.n->nats[0].thing, nat->thing);
    assert_int_equal(b.n->endpoints[0].thing, vpce->thing);
    net_box_close(&b);
}

static void an_interface_that_nothing_explains_is_its_accounts_tenants(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, BOX_TOWN BOX_ENIS(BOX_ENI("eni-x", "10.0.1.50", "")), "{'tenants':{'elm':{'accounts':['" BOX_A "']}}}");
    assert_true(str_eqz(b.n->things[box_eni(&b, "eni-x")->thing].tenant, "elm"));
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_may_be_in_each_subnet_of_its_group),
        cmocka_unit_test(ports_of_the_engine_where_none_is_told),
        cmocka_unit_test(one_store_of_that_place_has_the_interface_and_of_two_none),
        cmocka_unit_test(members_stand_for_their_cluster),
        cmocka_unit_test(a_store_whose_subnets_were_not_read_may_be_anywhere_in_its_vpc),
        cmocka_unit_test(hosts_stopped_terminated_and_detached),
        cmocka_unit_test(a_function_sends_from_each_of_its_subnets_and_never_receives),
        cmocka_unit_test(a_description_cannot_hide_a_host),
        cmocka_unit_test(gateways_are_nobodys_hosts),
        cmocka_unit_test(an_interface_that_nothing_explains_is_its_accounts_tenants),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
