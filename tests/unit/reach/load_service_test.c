/* What stands on the network, from answers. */
#include "net_box.h"

#define ACC BOX_A
#define VPC BOX_OK("ec2", "DescribeVpcs", "null", "{'Vpcs':[{'VpcId':'vpc-1','OwnerId':'" ACC "','CidrBlock':'10.0.0.0/16','CidrBlockAssociationSet':[{'CidrBlock':'10.0.0.0/16','CidrBlockState':{'State':'associated'}}]}]}")
#define SUBNETS                                                                                                               \
    BOX_OK("ec2", "DescribeSubnets", "null",                                                                                 \
           "{'Subnets':[{'SubnetId':'subnet-a','VpcId':'vpc-1','OwnerId':'" ACC "','CidrBlock':'10.0.1.0/24','AvailabilityZoneId':'use1-az1'}," \
           "{'SubnetId':'subnet-b','VpcId':'vpc-1','OwnerId':'" ACC "','CidrBlock':'10.0.2.0/24','AvailabilityZoneId':'use1-az2'}]}")
#define GROUPS                                                                                                                  \
    BOX_OK("ec2", "DescribeSecurityGroups", "null",                                                                             \
           "{'SecurityGroups':[{'GroupId':'sg-1','VpcId':'vpc-1','OwnerId':'" ACC "','GroupName':'one','IpPermissions':[],'IpPermissionsEgress':[]}]}")
#define TOWN VPC SUBNETS GROUPS

static void test_store(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, TOWN BOX_OK("rds", "DescribeDBInstances", "null",
                            "{'DBInstances':[{'DBInstanceIdentifier':'db','DBInstanceArn':'arn:aws:rds:us-east-1:" ACC ":db:db','Engine':'postgres','DBInstanceStatus':'available',"
                            "'PubliclyAccessible':true,'VpcSecurityGroups':[{'VpcSecurityGroupId':'sg-1','Status':'active'}],'Endpoint':{'Port':5433},"
                            "'DBSubnetGroup':{'VpcId':'vpc-1','Subnets':[{'SubnetIdentifier':'subnet-a'},{'SubnetIdentifier':'subnet-b'}]}}]}"), NULL);
    const struct net_thing *t = net_box_thing(&b, "arn:aws:rds:us-east-1:" ACC ":db:db");
    assert_int_equal(t->kind, THING_STORE);
    assert_int_equal(t->port_count, 1);
    assert_int_equal(t->ports[0], 5433);
    assert_true(t->public_flag);
    assert_int_equal(t->enis.count, 2);
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_store)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
