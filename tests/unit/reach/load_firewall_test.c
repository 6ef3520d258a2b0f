/* Network Firewall from answers: what 5-tuples say, and that what is more than 5-tuples is unknown. */
#include "service_box.h"

#define FW(kind, name) "arn:aws:network-firewall:us-east-1:" BOX_A ":" kind "/" name
#define FIREWALL                                                                                                                 \
    BOX_OK("network-firewall", "ListFirewalls", "null", "{'Firewalls':[{'FirewallName':'fw','FirewallArn':'" FW("firewall", "fw") "'}]}") \
    BOX_OK("network-firewall", "DescribeFirewall", "{'FirewallArn':'" FW("firewall", "fw") "'}",                                  \
           "{'Firewall':{'FirewallName':'fw','FirewallArn':'" FW("firewall", "fw") "','FirewallPolicyArn':'" FW("firewall-policy", "p")  \
           "','VpcId':'vpc-1'},'FirewallStatus':{'Status':'READY','SyncStates':{'us-east-1a':{'Attachment':{'SubnetId':'subnet-a',"      \
           "'EndpointId':'vpce-1','Status':'READY'}}}}}")                                                                        \
    BOX_OK("ec2", "DescribeVpcEndpoints", "null",                                                                                \
           "{'VpcEndpoints':[{'VpcEndpointId':'vpce-1','VpcEndpointType':'GatewayLoadBalancer','VpcId':'vpc-1','State':'available'}]}")
#define POLICY(members)                                                                                                          \
    BOX_OK("network-firewall", "ListFirewallPolicies", "null", "{'FirewallPolicies':[{'Name':'p','Arn':'" FW("firewall-policy", "p") "'}]}") \
    BOX_OK("network-firewall", "DescribeFirewallPolicy", "{'FirewallPolicyArn':'" FW("firewall-policy", "p") "'}",                 \
           "{'FirewallPolicyResponse':{'FirewallPolicyName':'p','FirewallPolicyArn':'" FW("firewall-policy", "p") "'},'FirewallPolicy':{" members "}}")
#define RULES(name, source)                                                                                                      \
    BOX_OK("network-firewall", "DescribeRuleGroup", "{'RuleGroupArn':'" FW("rg", name) "'}",                                      \
           "{'RuleGroupResponse':{'RuleGroupName':'" name "','RuleGroupArn':'" FW("rg", name) "'},'RuleGroup':{" source "}}")
#define RULE(action, proto, from, to, port, more)                                                                                \
    "{'Action':'" action "','Header':{'Protocol':'" proto "','Source':'" from "','SourcePort':'ANY','Direction':'FORWARD','Destination':'" \
    to "','DestinationPort':'" port "'},'RuleOptions':[{'Keyword':'sid','Settings':['1']}" more "]}"
#define STRICT "'StatefulEngineOptions':{'RuleOrder':'STRICT_ORDER'},'StatelessDefaultActions':['aws:forward_to_sfe'],"
#define REF(name, priority) "{'ResourceArn':'" FW("rg", name) "','Priority':" priority "}"

static const struct net_firewall *only(const struct net_box *b)
{
    assert_int_equal(b->n->firewalls_count, 1);
    return &b->n->firewalls[0];
}

static const struct net_firewall_rule *rule(const struct net_box *b, uint32_t i)
{
    assert_true(i < only(b)->rules.count);
    return &b->n->firewall_rules[only(b)->rules.first + i];
}

static void strict_order_of_five_tuples(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN FIREWALL POLICY(STRICT "'StatefulDefaultActions':['aws:drop_strict'],'StatefulRuleGroupReferences':[" REF("late", "20") "," REF("early", "10") "]")
                     RULES("late", "'RulesSource':{'StatefulRules':[" RULE("DROP", "IP", "ANY", "10.9.0.0/16", "ANY", "") "]}")
                         RULES("early", "'RuleVariables':{'IPSets':{'DB':{'Definition':['10.9.1.0/24','10.9.2.7/32']}}},'RulesSource':{'StatefulRules':["
                               RULE("PASS", "TCP", "10.0.0.0/16", "$DB", "5432", "") "," RULE("ALERT", "TCP", "ANY", "ANY", "ANY", "") "]}"),
                 NULL);
    const struct net_firewall *f = only(&b);
    assert_true(f->read && f->otherwise == ACT_DROP);
    assert_int_equal(f->rules.count, 3);
    assert_true(rule(&b, 0)->act == ACT_PASS && rule(&b, 0)->proto == NET_TCP && rule(&b, 0)->dport_lo == 5432 && rule(&b, 0)->dport_hi == 5432);
    ip_number db, other;
    assert_true(ip_parse(STR("10.9.1.5"), &db) && ip_parse(STR("10.9.2.7"), &other));
    assert_true(ip_in(rule(&b, 0)->to, db) && ip_in(rule(&b, 1)->to, other) && !ip_in(rule(&b, 0)->to, other));
    assert_true(rule(&b, 2)->act == ACT_DROP && ip_in(rule(&b, 2)->to, db));
    assert_int_equal(b.n->endpoints[net_box_row(&b, NET_ENDPOINT, "vpce-1")].firewall, 0);
    net_box_close(&b);
}

static void what_is_more_than_a_tuple_is_unknown(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN FIREWALL POLICY(STRICT "'StatefulDefaultActions':['aws:drop_established'],'StatefulRuleGroupReferences':[" REF("text", "1") "," REF("words", "2") ","
                                          REF("unread", "3") "]") RULES("text", "'RulesSource':{'RulesString':'pass tcp any any -> any any (sid:1;)'}")
                     RULES("words", "'RulesSource':{'StatefulRules':[" RULE("PASS", "TCP", "ANY", "ANY", "443", ",{'Keyword':'geoip'}") ","
                           RULE("DROP", "TLS", "ANY", "ANY", "ANY", "") "," RULE("DROP", "IP", "!10.0.0.0/8", "$NOBODY", "ANY", "") "]}"),
                 NULL);
    assert_int_equal(only(&b)->otherwise, ACT_UNKNOWN);
    assert_int_equal(only(&b)->rules.count, 5);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(rule(&b, i)->act, ACT_UNKNOWN);
    net_box_close(&b);
}

static void default_order_of_one_action_only(void **state)
{
    (void)state;
    struct net_box b;
#define DEFAULT_ORDER "'StatelessDefaultActions':['aws:forward_to_sfe'],'StatefulRuleGroupReferences':[{'ResourceArn':'" FW("rg", "g") "'}]"
    net_box_load(&b, BOX_TOWN FIREWALL POLICY(DEFAULT_ORDER) RULES("g", "'RulesSource':{'StatefulRules':[" RULE("DROP", "TCP", "ANY", "ANY", "[22,3389]", "") "]}"), NULL);
    assert_true(only(&b)->otherwise == ACT_PASS && only(&b)->rules.count == 2 && rule(&b, 0)->act == ACT_DROP && rule(&b, 0)->dport_lo == 22);
    assert_int_equal(rule(&b, 1)->dport_hi, 3389);
    net_box_close(&b);
    net_box_load(&b,
                 BOX_TOWN FIREWALL POLICY(DEFAULT_ORDER)
                     RULES("g", "'RulesSource':{'StatefulRules':[" RULE("DROP", "TCP", "ANY", "ANY", "22", "") "," RULE("PASS", "TCP", "10.0.0.0/8", "ANY", "22", "") "]}"),
                 NULL);
    assert_true(only(&b)->rules.count == 1 && rule(&b, 0)->act == ACT_UNKNOWN);
    net_box_close(&b);
}

#define STATELESS_RULE(priority, action, to, port)                                                                               \
    "{'Priority':" priority ",'RuleDefinition':{'Actions':['" action "'],'MatchAttributes':{'Protocols':[6],'Destinations':[{'AddressDefinition':'" to \
    "'}],'DestinationPorts':[{'FromPort':" port ",'ToPort':" port "}]}}}"

static void stateless_rules_by_priority_and_what_they_forward(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b,
                 BOX_TOWN FIREWALL POLICY("'StatefulEngineOptions':{'RuleOrder':'STRICT_ORDER'},'StatelessDefaultActions':['aws:drop'],'StatelessRuleGroupReferences':["
                                          REF("s", "1") "],'StatefulRuleGroupReferences':[" REF("g", "1") "],'StatefulDefaultActions':['aws:drop_strict']")
                     RULES("s", "'RulesSource':{'StatelessRulesAndCustomActions':{'StatelessRules':[" STATELESS_RULE("2", "aws:forward_to_sfe", "10.9.0.0/16", "443") ","
                           STATELESS_RULE("1", "aws:pass", "10.8.0.0/16", "80") "]}}")
                         RULES("g", "'RulesSource':{'StatefulRules':[" RULE("PASS", "TCP", "ANY", "10.9.1.0/24", "ANY", "") "]}"),
                 NULL);
    assert_int_equal(only(&b)->otherwise, ACT_DROP);
    assert_int_equal(only(&b)->rules.count, 3);
    assert_true(rule(&b, 0)->act == ACT_PASS && rule(&b, 0)->dport_lo == 80);
    assert_true(rule(&b, 1)->act == ACT_PASS && rule(&b, 1)->dport_lo == 443 && ip_range_width(rule(&b, 1)->to) == 255); /* both hold */
    assert_true(rule(&b, 2)->act == ACT_DROP && rule(&b, 2)->dport_lo == 443 && ip_range_width(rule(&b, 2)->to) == 65535);
    net_box_close(&b);
}

static void a_policy_that_was_not_read(void **state)
{
    (void)state;
    struct net_box b;
    net_box_load(&b, BOX_TOWN FIREWALL, NULL);
    assert_true(!only(&b)->read && only(&b)->otherwise == ACT_UNKNOWN && only(&b)->rules.count == 0);
    assert_true(net_box_gap(&b, "network-firewall:ListFirewallPolicies"));
    net_box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strict_order_of_five_tuples),      cmocka_unit_test(what_is_more_than_a_tuple_is_unknown),
        cmocka_unit_test(default_order_of_one_action_only), cmocka_unit_test(stateless_rules_by_priority_and_what_they_forward),
        cmocka_unit_test(a_policy_that_was_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
