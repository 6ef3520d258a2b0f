/* Ways in that need no route, from answers; and what they are where an answer is missing. */
#include "service_box.h"

#define ALB "arn:aws:elasticloadbalancing:us-east-1:" BOX_A ":loadbalancer/app/alb/4567"
#define LISTENER "arn:aws:elasticloadbalancing:us-east-1:" BOX_A ":listener/app/alb/4567/1"
#define DB "arn:aws:rds:us-east-1:" BOX_A ":db:db"
#define BALANCER                                                                                                                 \
    BOX_OK("elbv2", "DescribeLoadBalancers", "null",                                                                             \
           "{'LoadBalancers':[{'LoadBalancerArn':'" ALB "','LoadBalancerName':'alb','Type':'application','Scheme':'internal',"       \
           "'VpcId':'vpc-1','SecurityGroups':['sg-2'],'AvailabilityZones':[{'SubnetId':'subnet-b'}]}]}")                                                                       \
    BOX_OK("elbv2", "DescribeListeners", "{'LoadBalancerArn':'" ALB "'}",                                                        \
           "{'Listeners':[{'ListenerArn':'" LISTENER "','LoadBalancerArn':'" ALB "','Protocol':'HTTPS','Port':8443,"                \
           "'DefaultActions':[]}]}")
#define STORE                                                                                                                    \
    BOX_OK("rds", "DescribeDBInstances", "null",                                                                                 \
           "{'DBInstances':[{'DBInstanceIdentifier':'db','DBInstanceArn':'" DB "','Engine':'postgres','Endpoint':{'Port':5432,"     \
           "'Address':'db.x.us-east-1.rds.amazonaws.com'},'VpcSecurityGroups':[{'VpcSecurityGroupId':'sg-1'}],'DBSubnetGroup':{"    \
           "'VpcId':'vpc-1','Subnets':[{'SubnetIdentifier':'subnet-a'}]}}]}")
#define HOST BOX_INSTANCES(BOX_INSTANCE("i-1", "running", "eni-1")) BOX_ENIS(BOX_ENI("eni-1", "10.0.1.11", ""))

static const struct net_entrance *entrance(const struct net_box *b, uint32_t at, uint32_t count)
{
    if (b->n->entrances_count != count)
        fail_msg("%u entrances, not %u", b->n->entrances_count, count);
    return &b->n->entrances[at];
}

static bool leads_to(const struct net_box *b, const struct net_entrance *x, const char *id)
{
    return x->to_thing != NET_NONE && (str_eqz(b->n->things[x->to_thing].arn, id) || str_eqz(b->n->things[x->to_thing].id, id));
}

static void an_accelerator(void **state)
{
    (void)state;
    struct net_box b;
#define GA "arn:aws:globalaccelerator::" BOX_A ":accelerator/1"
#define GA_LINE(operation, params, answer) BOX_LINE(BOX_A, "us-west-2", "globalaccelerator", operation, params, "ok", ",'http':200,'rows':1,'answer':" answer)
    net_box_load(&b,
                 BOX_TOWN BALANCER GA_LINE("ListAccelerators", "null", "{'Accelerators':[{'AcceleratorArn':'" GA "','Name':'a','Enabled':true}]}")
                     GA_LINE("ListListeners", "{'AcceleratorArn':'" GA "'}",
                             "{'Listeners':[{'ListenerArn':'" GA "/listener/1','Protocol':'TCP','PortRanges':[{'FromPort':443,'ToPort':444}]}]}")
                         GA_LINE("ListEndpointGroups", "{'ListenerArn':'" GA "/listener/1'}",
                                 "{'EndpointGroups':[{'EndpointGroupArn':'g','EndpointDescriptions':[{'EndpointId':'" ALB "','ClientIPPreservationEnabled':true}],"
                                 "'PortOverrides':[{'ListenerPort':443,'EndpointPort':8443}]}]}"),
                 NULL);
    const struct net_entrance *x = entrance(&b, 0, 2);
    for (int i = 0; i < 2; i++)
        assert_true(x[i].kind == ENTRANCE_ACCELERATOR && x[i].from_external == 0 && x[i].keeps_client_ip && !x[i].gated && x[i].sure && leads_to(&b, &x[i], ALB));
    assert_true(x[0].lo == 443 && x[0].hi == 443 && x[0].to_port == 8443);
    assert_true(x[1].lo == 443 && x[1].hi == 444 && x[1].to_port == 0);
    assert_true(x->via_thing != NET_NONE && b.n->things[x->via_thing].enis.count == 1);
    const struct net_eni *e = &b.n->enis[b.n->eni_order[b.n->things[x->via_thing].enis.first]];
    assert_true(e->skips_groups && !e->sources && e->subnet == net_box_row(&b, NET_SUBNET, "subnet-b"));
    net_box_close(&b);
}

static void function_urls_open_and_gated(void **state)
{
    (void)state;
    struct net_box b;
#define FUNCTIONS                                                                                                                \
    BOX_OK("lambda", "ListFunctions", "null",                                                                                    \
           "{'Functions':[{'FunctionName':'f','FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A ":function:f'},{'FunctionName':'g',"  \
           "'FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A ":function:g'}]}")
    net_box_load(&b,
                 BOX_TOWN FUNCTIONS BOX_OK("lambda", "ListFunctionUrlConfigs", "{'FunctionName':'f'}",
                                           "{'FunctionUrlConfigs':[{'FunctionUrl':'https://a/','FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A ":function:f','AuthType':'NONE'}]}")
                     BOX_OK("lambda", "ListFunctionUrlConfigs", "{'FunctionName':'g'}",
                            "{'FunctionUrlConfigs':[{'FunctionUrl':'https://b/','FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A ":function:g','AuthType':'AWS_IAM'}]}"),
                 NULL);
    const struct net_entrance *x = entrance(&b, 0, 2);
    assert_true(!x[0].gated && x[1].gated && x[1].label.len && x[0].lo == 443);
    assert_true(leads_to(&b, x, "f") && b.n->things[x[0].to_thing].runs_code && b.n->things[x[0].to_thing].kind == THING_FUNCTION);
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN FUNCTIONS, NULL);
    assert_true(b.n->entrances_count == 0 && net_box_gap(&b, "lambda:ListFunctionUrlConfigs"));
    net_box_close(&b);
}

static void instance_connect_and_verified_access_are_gated(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN HOST BALANCER BOX_OK("ec2", "DescribeInstanceConnectEndpoints", "null",
                                               "{'InstanceConnectEndpoints':[{'InstanceConnectEndpointId':'eice-1','InstanceConnectEndpointArn':'arn:aws:ec2:us-east-1:" BOX_A
                                               ":instance-connect-endpoint/eice-1','State':'create-complete','VpcId':'vpc-1','SubnetId':'subnet-b','SecurityGroupIds':['sg-2'],"
                                               "'NetworkInterfaceIds':['eni-9'],'PreserveClientIp':false}]}")
                     BOX_OK("ec2", "DescribeVerifiedAccessEndpoints", "null",
                            "{'VerifiedAccessEndpoints':[{'VerifiedAccessEndpointId':'vae-1','EndpointType':'load-balancer','SecurityGroupIds':['sg-1'],'Status':{'Code':'active'},"
                            "'LoadBalancerOptions':{'LoadBalancerArn':'" ALB "','Port':8443,'SubnetIds':['subnet-a']}}]}"),
                 NULL);
    const struct net_entrance *x = entrance(&b, 0, 3);
    assert_true(x[0].kind == ENTRANCE_INSTANCE_CONNECT && x[0].gated && x[0].lo == 22 && leads_to(&b, x, "i-1") && !x[0].keeps_client_ip);
    assert_true(x[1].lo == 3389 && x[2].kind == ENTRANCE_VERIFIED_ACCESS && x[2].gated && leads_to(&b, &x[2], ALB) && x[2].lo == 8443);
    const struct net_thing *via = &b.n->things[x[0].via_thing];
    assert_int_equal(via->enis.count, 1); /* its interface was not read: one in its subnet stands for it */
    const struct net_eni *e = &b.n->enis[b.n->eni_order[via->enis.first]];
    assert_true(e->virtual_ && !e->sources && !e->receives && e->groups.count == 1 && str_eqz(b.n->eni_groups[e->groups.first].id, "sg-2"));
    assert_int_equal(b.n->things[x[2].via_thing].enis.count, 1);
    net_box_close(&b);
}

static void links_of_http_apis(void **state)
{
    (void)state;
    struct net_box b;
#define LINK                                                                                                                     \
    BOX_OK("apigatewayv2", "GetVpcLinks", "null", "{'Items':[{'VpcLinkId':'l1','Name':'link','SecurityGroupIds':['sg-1'],'SubnetIds':['subnet-a']}]}")
    net_box_load(&b, BOX_TOWN BALANCER LINK BOX_OK("apigatewayv2", "GetIntegrations", "{'ApiId':'api'}",
                                                   "{'Items':[{'IntegrationId':'x','ConnectionType':'VPC_LINK','ConnectionId':'l1','IntegrationUri':'" LISTENER "'}]}"), NULL);
    const struct net_entrance *x = entrance(&b, 0, 1);
    assert_true(x->kind == ENTRANCE_API_GATEWAY && x->sure && x->lo == 8443 && x->hi == 8443 && leads_to(&b, x, ALB) && x->via_thing != NET_NONE);
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN BALANCER LINK, NULL); /* nobody knows where it leads to */
    x = entrance(&b, 0, 1);
    assert_true(!x->sure && x->to_thing == NET_NONE && x->to_vpc != NET_NONE);
    net_box_close(&b);
}

#define LATTICE(kind, id) "arn:aws:vpc-lattice:us-east-1:" BOX_A ":" kind "/" id
#define NETWORK                                                                                                                  \
    BOX_OK("vpc-lattice", "ListServiceNetworks", "null", "{'items':[{'id':'sn-1','arn':'" LATTICE("servicenetwork", "sn-1") "'}]}")  \
    BOX_OK("vpc-lattice", "ListServiceNetworkVpcAssociations", "{'serviceNetworkIdentifier':'sn-1'}",                             \
           "{'items':[{'id':'snva-1','serviceNetworkArn':'" LATTICE("servicenetwork", "sn-1") "','vpcId':'vpc-1','status':'ACTIVE'}]}")
#define ASSOCIATION_GROUPS                                                                                                       \
    BOX_OK("vpc-lattice", "GetServiceNetworkVpcAssociation", "{'serviceNetworkVpcAssociationIdentifier':'snva-1'}",               \
           "{'id':'snva-1','vpcId':'vpc-1','securityGroupIds':['sg-2']}")
#define RESOURCES                                                                                                                \
    BOX_OK("vpc-lattice", "ListServiceNetworkResourceAssociations", "{'serviceNetworkIdentifier':'sn-1'}",                        \
           "{'items':[{'id':'snra-1','serviceNetworkArn':'" LATTICE("servicenetwork", "sn-1") "','status':'ACTIVE',"                \
           "'resourceConfigurationArn':'" LATTICE("resourceconfiguration", "rcfg-1") "','resourceConfigurationId':'rcfg-1'}]}")     \
    BOX_OK("vpc-lattice", "ListResourceConfigurations", "null",                                                                  \
           "{'items':[{'id':'rcfg-1','arn':'" LATTICE("resourceconfiguration", "rcfg-1") "','type':'ARN','resourceGatewayId':'rgw-1'}]}") \
    BOX_OK("vpc-lattice", "ListResourceGateways", "null",                                                                        \
           "{'items':[{'id':'rgw-1','arn':'" LATTICE("resourcegateway", "rgw-1") "','vpcIdentifier':'vpc-1','subnetIds':['subnet-b'],'securityGroupIds':['sg-1']}]}")
#define DEFINITION(text)                                                                                                         \
    BOX_OK("vpc-lattice", "GetResourceConfiguration", "{'resourceConfigurationIdentifier':'rcfg-1'}", "{'id':'rcfg-1','portRanges':['5432','6000-6010']," \
           "'resourceConfigurationDefinition':{" text "}}")

static void a_resource_configuration_opens_a_database_without_a_route(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, BOX_TOWN STORE NETWORK ASSOCIATION_GROUPS RESOURCES DEFINITION("'arnResource':{'arn':'" DB "'}"), NULL);
    const struct net_entrance *x = entrance(&b, 0, 2);
    assert_true(x->kind == ENTRANCE_RESOURCE_CONFIGURATION && x->sure && !x->gated && leads_to(&b, x, DB));
    assert_true(x->from_vpc == net_box_row(&b, NET_VPC, "vpc-1") && x->from_external == NET_NONE && x->from_endpoint == NET_NONE);
    assert_true(x[0].lo == 5432 && x[0].hi == 5432 && x[1].lo == 6000 && x[1].hi == 6010);
    assert_int_equal(x->groups.count, 1);
    assert_int_equal(b.n->entrance_groups[x->groups.first].group, net_box_row(&b, NET_GROUP, "sg-2"));
    assert_int_equal(b.n->things[x->via_thing].enis.count, 1); /* the resource gateway's, in subnet-b */
    net_box_close(&b);

    net_box_load(&b, BOX_TOWN STORE NETWORK RESOURCES DEFINITION("'dnsResource':{'domainName':'db.x.us-east-1.rds.amazonaws.com'}"), NULL);
    assert_true(leads_to(&b, entrance(&b, 0, 2), DB)); /* by the database's own name */
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN NETWORK RESOURCES DEFINITION("'ipResource':{'ipAddress':'10.0.2.77'}"), NULL);
    x = entrance(&b, 0, 2);
    assert_true(x->sure && x->to_thing == NET_NONE && x->to_ip && x->to_vpc == net_box_row(&b, NET_VPC, "vpc-1"));
    net_box_close(&b);
}

static void a_resource_configuration_that_was_not_read_may_open_anything(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, BOX_TOWN NETWORK RESOURCES, NULL);
    const struct net_entrance *x = entrance(&b, 0, 1);
    assert_true(!x->sure && x->lo == 0 && x->hi == 65535);
    assert_true(net_box_gap(&b, "vpc-lattice:GetResourceConfiguration"));
    net_box_close(&b);
    /* Another account shares one: only the endpoint tells of it. */
    net_box_load(&b,
                 BOX_TOWN BOX_OK("ec2", "DescribeVpcEndpoints", "null",
                                 "{'VpcEndpoints':[{'VpcEndpointId':'vpce-9','VpcEndpointType':'Resource','VpcId':'vpc-1','State':'available',"
                                 "'ResourceConfigurationArn':'arn:aws:vpc-lattice:us-east-1:" BOX_B ":resourceconfiguration/rcfg-9'}]}"),
                 NULL);
    x = entrance(&b, 0, 1);
    assert_true(!x->sure && x->from_endpoint == net_box_row(&b, NET_ENDPOINT, "vpce-9") && x->to_thing == NET_NONE);
    net_box_close(&b);
}

static void a_lattice_service(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN HOST NETWORK BOX_OK("vpc-lattice", "ListServiceNetworkServiceAssociations", "{'serviceNetworkIdentifier':'sn-1'}",
                                              "{'items':[{'id':'snsa-1','serviceId':'svc-1','serviceArn':'" LATTICE("service", "svc-1") "','serviceNetworkArn':'" LATTICE(
                                                  "servicenetwork", "sn-1") "','status':'ACTIVE'}]}")
                     BOX_OK("vpc-lattice", "ListListeners", "{'serviceIdentifier':'svc-1'}", "{'items':[{'id':'l','arn':'l','protocol':'HTTPS','port':443}]}")
                         BOX_OK("vpc-lattice", "ListTargetGroups", "null",
                                "{'items':[{'id':'tg-1','arn':'" LATTICE("targetgroup", "tg-1") "','type':'INSTANCE','vpcIdentifier':'vpc-1','serviceArns':['" LATTICE("service", "svc-1") "']}]}")
                             BOX_OK("vpc-lattice", "ListTargets", "{'targetGroupIdentifier':'tg-1'}", "{'items':[{'id':'i-1','port':8080}]}")
                                 BOX_OK("vpc-lattice", "GetAuthPolicy", "{'resourceIdentifier':'svc-1'}", "{'policy':'{}','state':'Active'}"),
                 NULL);
    const struct net_entrance *x = entrance(&b, 0, 1);
    assert_true(x->kind == ENTRANCE_LATTICE_SERVICE && x->sure && x->gated && x->lo == 443 && x->to_port == 8080 && leads_to(&b, x, "i-1"));
    assert_int_equal(x->from_vpc, net_box_row(&b, NET_VPC, "vpc-1"));
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_accelerator),
        cmocka_unit_test(function_urls_open_and_gated),
        cmocka_unit_test(instance_connect_and_verified_access_are_gated),
        cmocka_unit_test(links_of_http_apis),
        cmocka_unit_test(a_resource_configuration_opens_a_database_without_a_route),
        cmocka_unit_test(a_resource_configuration_that_was_not_read_may_open_anything),
        cmocka_unit_test(a_lattice_service),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
