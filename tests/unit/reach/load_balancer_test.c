/* Load balancers, their listeners and targets, from answers; and each with its answer missing. */
#include "service_box.h"

#define NLB "arn:aws:elasticloadbalancing:us-east-1:" BOX_A ":loadbalancer/net/nlb/0123"
#define ALB "arn:aws:elasticloadbalancing:us-east-1:" BOX_A ":loadbalancer/app/alb/4567"
#define TG(name) "arn:aws:elasticloadbalancing:us-east-1:" BOX_A ":targetgroup/" name "/1"
#define LISTENER(name) "arn:aws:elasticloadbalancing:us-east-1:" BOX_A ":listener/" name

#define BALANCERS                                                                                                                \
    BOX_OK("elbv2", "DescribeLoadBalancers", "null",                                                                             \
           "{'LoadBalancers':[{'LoadBalancerArn':'" NLB "','LoadBalancerName':'nlb','Type':'network','Scheme':'internet-facing',"  \
           "'VpcId':'vpc-1'},{'LoadBalancerArn':'" ALB "','LoadBalancerName':'alb','Type':'application','Scheme':'internal',"       \
           "'VpcId':'vpc-1','SecurityGroups':['sg-2'],'AvailabilityZones':[{'SubnetId':'subnet-a'},{'SubnetId':'subnet-b'}]}]}")
#define NLB_LISTENERS                                                                                                            \
    BOX_OK("elbv2", "DescribeListeners", "{'LoadBalancerArn':'" NLB "'}",                                                        \
           "{'Listeners':[{'ListenerArn':'" LISTENER("n1") "','LoadBalancerArn':'" NLB "','Protocol':'TCP_UDP','Port':53,"         \
           "'DefaultActions':[{'Type':'forward','TargetGroupArn':'" TG("t") "'}]}]}")
#define ALB_LISTENERS                                                                                                            \
    BOX_OK("elbv2", "DescribeListeners", "{'LoadBalancerArn':'" ALB "'}",                                                        \
           "{'Listeners':[{'ListenerArn':'" LISTENER("a1") "','LoadBalancerArn':'" ALB "','Protocol':'HTTPS','Port':443,"          \
           "'DefaultActions':[{'Type':'redirect','RedirectConfig':{'Protocol':'HTTPS'}}]}]}")
#define ALB_RULES                                                                                                                \
    BOX_OK("elbv2", "DescribeRules", "{'ListenerArn':'" LISTENER("a1") "'}",                                                      \
           "{'Rules':[{'RuleArn':'r1','IsDefault':false,'Actions':[{'Type':'forward','ForwardConfig':{'TargetGroups':["            \
           "{'TargetGroupArn':'" TG("h") "','Weight':1}]}}]},{'RuleArn':'r2','IsDefault':true,'Actions':[{'Type':'redirect'}]}]}")
#define GROUPS                                                                                                                   \
    BOX_OK("elbv2", "DescribeTargetGroups", "null",                                                                              \
           "{'TargetGroups':[{'TargetGroupArn':'" TG("t") "','TargetGroupName':'t','Protocol':'TCP','Port':53,'VpcId':'vpc-1',"     \
           "'TargetType':'instance'},{'TargetGroupArn':'" TG("h") "','TargetGroupName':'h','Protocol':'HTTP','Port':80,"            \
           "'VpcId':'vpc-1','TargetType':'ip'}]}")
#define ATTRIBUTES                                                                                                               \
    BOX_OK("elbv2", "DescribeTargetGroupAttributes", "{'TargetGroupArn':'" TG("t") "'}",                                          \
           "{'Attributes':[{'Key':'preserve_client_ip.enabled','Value':'false'}]}")
#define HEALTH                                                                                                                   \
    BOX_OK("elbv2", "DescribeTargetHealth", "{'TargetGroupArn':'" TG("t") "'}",                                                   \
           "{'TargetHealthDescriptions':[{'Target':{'Id':'i-1','Port':5353},'TargetHealth':{'State':'unhealthy'}}]}")             \
    BOX_OK("elbv2", "DescribeTargetHealth", "{'TargetGroupArn':'" TG("h") "'}",                                                   \
           "{'TargetHealthDescriptions':[{'Target':{'Id':'10.0.2.9','Port':8080},'TargetHealth':{'State':'healthy'}}]}")
#define HOSTS BOX_INSTANCES(BOX_INSTANCE("i-1", "running", "eni-1")) BOX_ENIS(BOX_ENI("eni-1", "10.0.1.11", ",'Description':''") "," \
    BOX_ENI("eni-nlb", "10.0.1.60", ",'InterfaceType':'network_load_balancer','Description':'ELB net/nlb/0123'") ","                 \
    BOX_ENI("eni-alb", "10.0.1.61", ",'Description':'ELB app/alb/4567','RequesterId':'amazon-elb'"))
#define ALL BOX_TOWN BALANCERS NLB_LISTENERS ALB_LISTENERS ALB_RULES GROUPS ATTRIBUTES HEALTH HOSTS

static const struct net_lb *lb_of(const struct net_box *b, const char *arn)
{
    return &b->n->lbs[net_box_row(b, NET_LB, arn)];
}

static void balancers_listeners_and_targets(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, ALL, NULL);
    const struct net_lb *nlb = lb_of(&b, NLB), *alb = lb_of(&b, ALB);
    assert_true(nlb->kind == LB_NETWORK && nlb->internet_facing && nlb->listeners_read);
    assert_true(alb->kind == LB_APPLICATION && !alb->internet_facing && alb->listeners_read);
    box_expect_owner(&b, "eni-nlb", NLB);
    box_expect_owner(&b, "eni-alb", ALB);
    assert_true(box_eni(&b, "eni-nlb")->skips_groups && !box_eni(&b, "eni-alb")->skips_groups);
    assert_true(box_eni(&b, "eni-nlb")->receives && !box_eni(&b, "eni-nlb")->sources);

    const struct net_thing *t = &b.n->things[alb->thing];
    assert_int_equal(t->enis.count, 2); /* the live one in subnet-a; in subnet-b there may be one */
    const struct net_eni *node = &b.n->enis[b.n->eni_order[t->enis.first + 1]];
    assert_true(node->virtual_ && node->receives && !node->sources && !node->skips_groups && node->groups.count == 1);

    assert_int_equal(nlb->listeners.count, 2); /* TCP and UDP */
    NET_EACH(i, nlb->listeners) {
        const struct net_listener *l = &b.n->listeners[i];
        assert_true(l->lo == 53 && l->hi == 53 && l->read && (l->proto == NET_TCP || l->proto == NET_UDP));
        assert_int_equal(l->targets.count, 1);
        const struct net_target_group *g = &b.n->target_groups[b.n->listener_groups[l->targets.first].group];
        assert_true(g->read && g->keeps_client_ip == 0 && g->targets.count == 1);
        const struct net_target *to = &b.n->targets[g->targets.first];
        assert_int_equal(to->eni, net_box_row(&b, NET_ENI, "eni-1"));
        assert_int_equal(to->port, 5353);
    }
    assert_int_equal(alb->listeners.count, 1);
    const struct net_listener *l = &b.n->listeners[alb->listeners.first];
    assert_true(l->read && l->targets.count == 1 && b.n->listener_groups[l->targets.first].by_rule);
    const struct net_target_group *g = &b.n->target_groups[b.n->listener_groups[l->targets.first].group];
    assert_int_equal(g->keeps_client_ip, 0);
    assert_true(b.n->targets[g->targets.first].eni == NET_NONE && b.n->targets[g->targets.first].ip && b.n->targets[g->targets.first].port == 8080);
    net_box_close(&b);
}

static void what_was_not_read_is_not_known(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, BOX_TOWN BALANCERS ALB_LISTENERS GROUPS HOSTS, NULL); /* no rules, no attributes, no targets, no listeners of one */
    assert_false(lb_of(&b, NLB)->listeners_read);
    assert_true(lb_of(&b, ALB)->listeners_read);
    assert_false(b.n->listeners[lb_of(&b, ALB)->listeners.first].read);
    assert_int_equal(lb_of(&b, ALB)->privatelink_groups, -1);
    assert_int_equal(b.n->target_groups_count, 0); /* no listener that was read sends to one */
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN BALANCERS NLB_LISTENERS GROUPS HOSTS, NULL);
    const struct net_target_group *t = &b.n->target_groups[net_box_row(&b, NET_TARGET_GROUP, TG("t"))];
    assert_true(!t->read && t->keeps_client_ip == -1);
    assert_true(net_box_gap(&b, "elbv2:DescribeTargetHealth"));
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN BALANCERS NLB_LISTENERS BOX_DENIED("elbv2", "DescribeTargetGroups", "null"), NULL);
    assert_false(b.n->target_groups[net_box_row(&b, NET_TARGET_GROUP, TG("t"))].read); /* named by a listener alone */
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN BALANCERS NLB_LISTENERS ALB_LISTENERS ALB_RULES GROUPS HEALTH, NULL); /* the host of the target is not known */
    assert_false(b.n->target_groups[net_box_row(&b, NET_TARGET_GROUP, TG("t"))].read);
    assert_true(b.n->target_groups[net_box_row(&b, NET_TARGET_GROUP, TG("h"))].read);
    net_box_close(&b);
    net_box_load(&b, BOX_TOWN BOX_DENIED("elbv2", "DescribeLoadBalancers", "null"), NULL);
    assert_true(b.n->lbs_count == 0 && net_box_gap(&b, "elbv2:DescribeLoadBalancers"));
    net_box_close(&b);
}

static void a_classic_balancer(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN HOSTS BOX_OK("elb", "DescribeLoadBalancers", "null",
                                       "{'LoadBalancerDescriptions':[{'LoadBalancerName':'old','VPCId':'vpc-1','Scheme':'internal','Subnets':['subnet-a'],"
                                       "'SecurityGroups':['sg-1'],'Instances':[{'InstanceId':'i-1'}],'ListenerDescriptions':[{'Listener':{'Protocol':'HTTP',"
                                       "'LoadBalancerPort':80,'InstanceProtocol':'HTTP','InstancePort':8080}}]}]}"),
                 NULL);
    assert_int_equal(b.n->lbs_count, 1);
    const struct net_lb *lb = &b.n->lbs[0];
    assert_true(lb->kind == LB_CLASSIC && lb->listeners_read && lb->listeners.count == 1 && lb->thing != NET_NONE);
    const struct net_listener *l = &b.n->listeners[lb->listeners.first];
    assert_true(l->lo == 80 && l->targets.count == 1);
    const struct net_target_group *g = &b.n->target_groups[b.n->listener_groups[l->targets.first].group];
    assert_true(g->read && g->targets.count == 1 && b.n->targets[g->targets.first].port == 8080);
    assert_int_equal(b.n->targets[g->targets.first].eni, net_box_row(&b, NET_ENI, "eni-1"));
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(balancers_listeners_and_targets),
        cmocka_unit_test(what_was_not_read_is_not_known),
        cmocka_unit_test(a_classic_balancer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
