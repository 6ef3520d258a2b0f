#include "unit/access/load_box.h"

#include "access/reads.h"
#include "aws/op.h"
#include "base/embed.h"
#include "config/config.h"

/* The sample organization whole. */
static void the_sample_organization(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct config config;
    struct config_text text = {STR("ward.yaml"), embed_get("sample/ward.yaml")};
    expect_ok(config_build(a, &text, 1, NULL, &config, &e), &e);
    struct box b = {0};
    box_open(&b, embed_get("sample/clinic.jsonl.gz"), ".jsonl.gz", config.doc);
    assert_int_equal(b.w->tenant_count, 8);
    const struct world_account *lakeside = &b.w->accounts[world_account_of(b.w, STR("047162753264"))];
    assert_true(lakeside->collected && lakeside->org_read && lakeside->scps_on && !lakeside->rcps_on);
    expect_str(lakeside->org_path, "o-7o74harn2p/r-wi4i/ou-wi4i-a4ptv7nn/");
    assert_int_equal(lakeside->scp_count, 3);
    expect_str(lakeside->scps[0].name, "r-wi4i");
    assert_int_equal(lakeside->scps[0].policies.count, 2);
    assert_non_null(lakeside->scps[2].policies.items[0].policy);
    const struct world_resource *phi = box_thing(&b, "arn:aws:s3:::lakeside-phi");
    expect_str(phi->tenant, "lakeside");
    assert_true(phi->has_policy && phi->policy.policy && phi->encryption == WORLD_ENC_KEY && phi->key != WORLD_NONE);
    expect_str(b.w->resources[phi->key].arn, "arn:aws:kms:us-east-1:047162753264:key/4454ecdb-4bf4-4c67-80a7-bcd6ba225c16");
    const struct world_principal *app = box_who(&b, "arn:aws:iam::047162753264:role/lakeside-app");
    assert_int_equal(app->identity.count, 1);
    expect_str(app->identity.items[0].id, "arn:aws:iam::047162753264:role/lakeside-app#phi");
    assert_non_null(app->trust.policy);
    assert_true(box_who(&b, "arn:aws:iam::123456789012:root")->shared);
    expect_str(box_who(&b, "arn:aws:iam::047162753264:root")->tenant, "lakeside");
    assert_false(box_has_gap(&b, "sqs:ListQueues"));
    assert_false(box_has_gap(&b, "organizations:ListPolicies"));
    box_close(&b);
    arena_free(a);
}

/* --- principals */

#define DOC(action) "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'" action "','Resource':'*'}]}"
#define TRUST(principal) "{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Principal':" principal ",'Action':'sts:AssumeRole'}]}"
#define USER(name, more) "{'UserName':'" name "','UserId':'AIDA" name "','Arn':'arn:aws:iam::" BOX_A ":user/" name "','Path':'/','CreateDate':'2026-01-01T00:00:00Z'," more "}"
#define ROLE(name, path, trust, more) "{'RoleName':'" name "','RoleId':'AROA" name "','Arn':'arn:aws:iam::" BOX_A ":role" path name "','Path':'" path "'," \
    "'CreateDate':'2026-01-01T00:00:00Z','AssumeRolePolicyDocument':" trust "," more "}"

static const char people[] = BOX_OK("iam", "GetAccountAuthorizationDetails", "{}",
    "{'UserDetailList':["
      USER("ann", "'GroupList':['staff','ghosts'],'UserPolicyList':[{'PolicyName':'own','PolicyDocument':" DOC("s3:GetObject") "}],"
           "'AttachedManagedPolicies':[{'PolicyName':'Read','PolicyArn':'arn:aws:iam::aws:policy/Read'}],'Tags':[{'Key':'team','Value':'x'}]") ","
      USER("bob", "'GroupList':[],'UserPolicyList':[],'AttachedManagedPolicies':[{'PolicyName':'Lost','PolicyArn':'arn:aws:iam::aws:policy/Lost'}],"
           "'PermissionsBoundary':{'PermissionsBoundaryType':'Policy','PermissionsBoundaryArn':'arn:aws:iam::" BOX_A ":policy/edge'}") "],"
     "'GroupDetailList':[{'GroupName':'staff','GroupId':'AGPA1','Arn':'arn:aws:iam::" BOX_A ":group/staff','Path':'/','GroupPolicyList':[{'PolicyName':'g',"
     "'PolicyDocument':" DOC("kms:Decrypt") "}],"
       "'AttachedManagedPolicies':[{'PolicyName':'edge','PolicyArn':'arn:aws:iam::" BOX_A ":policy/edge'}]}],"
     "'RoleDetailList':["
      ROLE("fn", "/", TRUST("{'Service':'lambda.amazonaws.com'}"), "'RolePolicyList':[],'AttachedManagedPolicies':[],'InstanceProfileList':[{'InstanceProfileName':'p',"
             "'Arn':'arn:aws:iam::" BOX_A ":instance-profile/p'}]") ","
      ROLE("AWSServiceRoleForX", "/aws-service-role/x.amazonaws.com/", TRUST("{'Service':'x.amazonaws.com'}"), "'RolePolicyList':[],'AttachedManagedPolicies':[],"
             "'InstanceProfileList':[]") ","
      ROLE("AWSReservedSSO_Admin_0123456789abcdef", "/aws-reserved/sso.amazonaws.com/", TRUST("{'Federated':'arn:aws:iam::" BOX_A ":saml-provider/S'}"), "'RolePolicyList':[],"
             "'AttachedManagedPolicies':[],'InstanceProfileList':[]") ","
      ROLE("far", "/", TRUST("{'AWS':['" BOX_B "','arn:aws:iam::" BOX_B ":user/eve','arn:aws:iam::" BOX_A ":role/never']}"), "'RolePolicyList':[],'AttachedManagedPolicies':[],"
             "'InstanceProfileList':[]") ","
      ROLE("broken", "/", "'{nothing'", "'RolePolicyList':[],'AttachedManagedPolicies':[],'InstanceProfileList':[]") "],"
     "'Policies':[{'PolicyName':'Read','PolicyId':'P1','Arn':'arn:aws:iam::aws:policy/Read','DefaultVersionId':'v2','PolicyVersionList':[{'VersionId':'v1','IsDefaultVersion':false,"
     "'Document':" DOC("ec2:*") "},"
       "{'VersionId':'v2','IsDefaultVersion':true,'Document':" DOC("s3:ListBucket") "}]},"
      "{'PolicyName':'edge','PolicyId':'P2','Arn':'arn:aws:iam::" BOX_A ":policy/edge','DefaultVersionId':'v1','PolicyVersionList':[{'VersionId':'v1','IsDefaultVersion':true,"
      "'Document':" DOC("s3:*") "}]}]}");

static const struct iam_policy_ref *held(const struct world_principal *p, const char *id)
{
    for (uint32_t i = 0; i < p->identity.count; i++)
        if (str_eqz(p->identity.items[i].id, id))
            return &p->identity.items[i];
    fail_msg("%.*s does not hold %s", STR_ARG(p->arn), id);
    return NULL;
}

static void users_with_their_groups_and_boundaries(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, people, NULL);
    const struct world_principal *ann = box_who(&b, "arn:aws:iam::" BOX_A ":user/ann"), *bob = box_who(&b, "arn:aws:iam::" BOX_A ":user/bob");
    assert_int_equal(ann->identity.count, 5);
    expect_str(held(ann, "arn:aws:iam::aws:policy/Read")->policy->statements[0].actions[0].text, "s3:ListBucket"); /* the default version */
    expect_str(held(ann, "arn:aws:iam::" BOX_A ":user/ann#own")->policy->statements[0].actions[0].text, "s3:GetObject");
    assert_non_null(held(ann, "arn:aws:iam::" BOX_A ":group/staff#g")->policy);
    assert_non_null(held(ann, "arn:aws:iam::" BOX_A ":policy/edge")->policy);
    const struct iam_policy_ref *ghosts = held(ann, "group ghosts"); /* a group that is not in the answer */
    assert_true(!ghosts->policy && ghosts->unread.len);
    assert_true(!ann->has_boundary && ann->tags_read && ann->kind == WORLD_USER);
    expect_str(json_get_str(ann->tags, "team"), "x");
    expect_str(ann->unique_id, "AIDAann");
    const struct iam_policy_ref *lost = held(bob, "arn:aws:iam::aws:policy/Lost"); /* its text is in no answer */
    assert_true(!lost->policy && lost->unread.len);
    assert_true(bob->has_boundary && bob->boundary.policy != NULL && bob->tags_read);
    assert_ptr_equal(bob->boundary.policy, held(ann, "arn:aws:iam::" BOX_A ":policy/edge")->policy); /* one text, parsed once */
    assert_int_not_equal(ann->resource, WORLD_NONE);
    box_close(&b);
}

static void roles_and_whom_they_trust(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, people, NULL);
    assert_true(box_who(&b, "arn:aws:iam::" BOX_A ":role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX")->service_linked);
    const struct world_principal *sso = box_who(&b, "arn:aws:sts::" BOX_A ":assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann");
    assert_true(sso->sso && !sso->service_linked && sso->kind == WORLD_ROLE);
    const struct world_principal *broken = box_who(&b, "arn:aws:iam::" BOX_A ":role/broken");
    assert_true(!broken->trust.policy && broken->trust.unread.len);
    assert_int_equal(box_who(&b, "lambda.amazonaws.com")->kind, WORLD_SERVICE);
    assert_int_equal(box_who(&b, "arn:aws:iam::" BOX_A ":saml-provider/S")->kind, WORLD_FEDERATED);
    assert_int_equal(box_who(&b, "arn:aws:iam::" BOX_B ":user/eve")->kind, WORLD_OUTSIDE);
    assert_int_equal(box_who(&b, "arn:aws:iam::" BOX_B ":root")->kind, WORLD_OUTSIDE);
    assert_int_equal(box_who(&b, "arn:aws:iam::" BOX_A ":root")->kind, WORLD_ROOT);
    assert_int_equal(world_principal_of(b.w, STR("arn:aws:iam::" BOX_A ":role/never")), WORLD_NONE); /* its account was read: there is none */
    const struct world_account *far = &b.w->accounts[world_account_of(b.w, STR(BOX_B))];
    assert_true(!far->collected && !far->org_read);
    box_close(&b);
}

static void names_without_details_are_unread(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, BOX_DENIED("iam", "GetAccountAuthorizationDetails", "{}")
                 BOX_OK("iam", "ListRoles", "{}", "{'Roles':[{'RoleName':'fn','RoleId':'AROA1','Arn':'arn:aws:iam::" BOX_A ":role/fn','Path':'/',"
                        "'AssumeRolePolicyDocument':" TRUST("{'Service':'lambda.amazonaws.com'}") "}]}"), NULL);
    const struct world_principal *fn = box_who(&b, "arn:aws:iam::" BOX_A ":role/fn");
    assert_true(!fn->tags_read && fn->identity.count == 1 && !fn->identity.items[0].policy && fn->trust.policy);
    assert_true(box_has_gap(&b, "iam:GetAccountAuthorizationDetails"));
    for (uint32_t i = 0; i < b.w->gap_count; i++)
        if (str_eqz(b.w->gaps[i].op, "iam:GetAccountAuthorizationDetails")) {
            expect_str(b.w->gaps[i].account, BOX_A);
            assert_true(str_contains(b.w->gaps[i].why, STR("denied")));
        }
    box_close(&b);
}

/* --- what runs as a role, shares */

static const char running[] =
    BOX_OK("ec2", "DescribeInstances", "{}", "{'Reservations':[{'Instances':[{'InstanceId':'i-1','IamInstanceProfile':{'Arn':'arn:aws:iam::" BOX_A ":instance-profile/p'}},"
           "{'InstanceId':'i-2'}]}]}")
    BOX_OK("lambda", "ListFunctions", "{}", "{'Functions':[{'FunctionName':'one','FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A ":function:one','Role':'arn:aws:iam::" BOX_A ":role/fn'},"
           "{'FunctionName':'two','FunctionArn':'arn:aws:lambda:us-east-1:" BOX_A ":function:two','Role':'arn:aws:iam::" BOX_B ":role/elsewhere'}]}")
    BOX_OK("ecs", "ListClusters", "{}", "{'clusterArns':['arn:aws:ecs:us-east-1:" BOX_A ":cluster/c']}")
    BOX_OK("ecs", "DescribeServices", "{'cluster':'arn:aws:ecs:us-east-1:" BOX_A ":cluster/c','services':['s']}", "{'services':[{'serviceName':'s',"
           "'serviceArn':'arn:aws:ecs:us-east-1:" BOX_A ":service/c/s','taskDefinition':'arn:aws:ecs:us-east-1:" BOX_A ":task-definition/t:1'}]}")
    BOX_OK("ecs", "DescribeTaskDefinition", "{'taskDefinition':'arn:aws:ecs:us-east-1:"
           BOX_A ":task-definition/t:1'}", "{'taskDefinition':{'taskDefinitionArn':'arn:aws:ecs:us-east-1:" BOX_A ":task-definition/t:1','taskRoleArn':'arn:aws:iam::" BOX_A ":role/fn'}}")
    BOX_OK("stepfunctions", "ListStateMachines", "{}", "{'stateMachines':[{'name':'m','stateMachineArn':'arn:aws:states:us-east-1:" BOX_A ":stateMachine:m'}]}")
    BOX_OK("stepfunctions", "DescribeStateMachine", "{'stateMachineArn':'arn:aws:states:us-east-1:" BOX_A ":stateMachine:m'}", "{'roleArn':'arn:aws:iam::" BOX_A ":role/fn'}")
    BOX_OK("cognito-identity", "ListIdentityPools", "{}", "{'IdentityPools':[{'IdentityPoolId':'us-east-1:p','IdentityPoolName':'p'}]}")
    BOX_OK("cognito-identity", "GetIdentityPoolRoles", "{'IdentityPoolId':'us-east-1:p'}", "{'IdentityPoolId':'us-east-1:p',"
           "'Roles':{'authenticated':'arn:aws:iam::" BOX_A ":role/far','unauthenticated':'arn:aws:iam::" BOX_A ":role/fn'}}")
    BOX_OK("ec2", "DescribeVolumes", "{}", "{'Volumes':[{'VolumeId':'vol-1','Encrypted':false}]}")
    BOX_OK("ec2", "DescribeSnapshots", "{}", "{'Snapshots':[{'SnapshotId':'snap-1','VolumeId':'vol-1','OwnerId':'" BOX_A "'},{'SnapshotId':'snap-2','VolumeId':'vol-9',"
           "'OwnerId':'" BOX_A "'}]}")
    BOX_OK("ec2", "DescribeSnapshotAttribute", "{'SnapshotId':'snap-1'}", "{'SnapshotId':'snap-1','CreateVolumePermissions':[{'UserId':'" BOX_B "'},{'Group':'all'}]}")
    BOX_OK("ec2", "DescribeImages", "{}", "{'Images':[{'ImageId':'ami-1','BlockDeviceMappings':[{'Ebs':{'SnapshotId':'snap-1'}}]},{'ImageId':'ami-2'}]}")
    BOX_OK("ec2", "DescribeImageAttribute", "{'ImageId':'ami-1'}", "{'ImageId':'ami-1','LaunchPermissions':[{'UserId':'" BOX_B "'}]}")
    BOX_OK("rds", "DescribeDBInstances", "{}", "{'DBInstances':[{'DBInstanceIdentifier':'db','DBInstanceArn':'arn:aws:rds:us-east-1:" BOX_A ":db:db','Engine':'postgres',"
           "'StorageEncrypted':false}]}")
    BOX_OK("rds", "DescribeDBSnapshots", "{}", "{'DBSnapshots':[{'DBSnapshotIdentifier':'s1','DBSnapshotArn':'arn:aws:rds:us-east-1:" BOX_A ":snapshot:s1',"
           "'DBInstanceIdentifier':'db'},{'DBSnapshotIdentifier':'s2','DBSnapshotArn':'arn:aws:rds:us-east-1:" BOX_A ":snapshot:s2','DBInstanceIdentifier':'db'}]}")
    BOX_OK("rds", "DescribeDBSnapshotAttributes", "{'DBSnapshotIdentifier':'s1'}", "{'DBSnapshotAttributesResult':{'DBSnapshotIdentifier':'s1',"
           "'DBSnapshotAttributes':[{'AttributeName':'restore','AttributeValues':['" BOX_B "']}]}}")
    BOX_OK("ssm", "ListDocuments", "{}", "{'DocumentIdentifiers':[{'Name':'doc'}]}")
    BOX_OK("ssm", "DescribeDocumentPermission", "{'Name':'doc'}", "{'AccountIds':['all']}")
    BOX_OK("rds", "DescribeDBClusters", "{}", "{'DBClusters':[{'DBClusterIdentifier':'cl','DBClusterArn':'arn:aws:rds:us-east-1:" BOX_A ":cluster:cl','Engine':'aurora-postgresql',"
           "'StorageEncrypted':false}]}")
    BOX_OK("ram", "GetResourceShareAssociations", "{'associationType':'RESOURCE'}", "{'resourceShareAssociations':[{'resourceShareArn':'share',"
           "'associatedEntity':'arn:aws:rds:us-east-1:" BOX_A ":cluster:cl','associationType':'RESOURCE','status':'ASSOCIATED'}]}")
    BOX_OK("ram", "GetResourceShareAssociations", "{'associationType':'PRINCIPAL'}", "{'resourceShareAssociations':[{'resourceShareArn':'share','associatedEntity':'" BOX_B "',"
           "'associationType':'PRINCIPAL','status':'ASSOCIATED'},"
           "{'resourceShareArn':'share','associatedEntity':'333333333333','associationType':'PRINCIPAL','status':'DISASSOCIATED'}]}");

static void things_run_as_roles(void **state)
{
    (void)state;
    struct box b;
    struct buf lines;
    buf_init(&lines, 1 << 20);
    buf_addz(&lines, people);
    buf_addz(&lines, running);
    box_load(&b, buf_cstr(&lines), NULL);
    uint32_t fn = world_principal_of(b.w, STR("arn:aws:iam::" BOX_A ":role/fn"));
    static const char *const as_fn[] = {"arn:aws:ec2:us-east-1:" BOX_A ":instance/i-1", "arn:aws:lambda:us-east-1:" BOX_A ":function:one", "arn:aws:ecs:us-east-1:" BOX_A ":service/c/s",
        "arn:aws:ecs:us-east-1:" BOX_A ":task-definition/t:1", "arn:aws:states:us-east-1:" BOX_A ":stateMachine:m",
        "arn:aws:cognito-identity:us-east-1:" BOX_A ":identitypool/us-east-1:p"};
    for (size_t i = 0; i < sizeof as_fn / sizeof *as_fn; i++)
        assert_int_equal(box_thing(&b, as_fn[i])->role, fn);
    assert_int_equal(box_thing(&b, "arn:aws:ec2:us-east-1:" BOX_A ":instance/i-2")->role, WORLD_NONE);
    const struct world_resource *two = box_thing(&b, "arn:aws:lambda:us-east-1:" BOX_A ":function:two");
    assert_int_equal(two->role, WORLD_NONE);
    expect_str(two->role_arn, "arn:aws:iam::" BOX_B ":role/elsewhere");
    buf_done(&lines);
    box_close(&b);
}

static void expect_shares(const struct box *b, const char *arn, bool read, uint32_t count, const char *first, const char *how)
{
    const struct world_resource *r = box_thing(b, arn);
    if (r->shares_read != read || r->share_count != count)
        fail_msg("%s: read %d, %u shares", arn, r->shares_read, r->share_count);
    if (count) {
        expect_str(r->shares[0].account, first);
        expect_str(r->shares[0].how, how);
    }
}

static void shares_and_sources(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, running, NULL);
    expect_shares(&b, "arn:aws:ec2:us-east-1::snapshot/snap-1", true, 2, BOX_B, "createVolumePermission");
    expect_shares(&b, "arn:aws:ec2:us-east-1::snapshot/snap-2", false, 0, NULL, NULL);
    expect_shares(&b, "arn:aws:ec2:us-east-1::image/ami-1", true, 1, BOX_B, "launchPermission");
    expect_shares(&b, "arn:aws:ec2:us-east-1::image/ami-2", false, 0, NULL, NULL);
    expect_shares(&b, "arn:aws:rds:us-east-1:" BOX_A ":snapshot:s1", true, 1, BOX_B, "restore");
    expect_shares(&b, "arn:aws:rds:us-east-1:" BOX_A ":snapshot:s2", false, 0, NULL, NULL);
    expect_shares(&b, "arn:aws:ssm:us-east-1:" BOX_A ":document/doc", true, 1, "all", "document");
    expect_shares(&b, "arn:aws:rds:us-east-1:" BOX_A ":cluster:cl", true, 1, BOX_B, "ram");
    const struct world_resource *snap = box_thing(&b, "arn:aws:ec2:us-east-1::snapshot/snap-1");
    expect_str(b.w->resources[snap->source].arn, "arn:aws:ec2:us-east-1:" BOX_A ":volume/vol-1");
    assert_int_equal(box_thing(&b, "arn:aws:ec2:us-east-1::snapshot/snap-2")->source, WORLD_NONE);
    expect_str(b.w->resources[box_thing(&b, "arn:aws:rds:us-east-1:" BOX_A ":snapshot:s1")->source].arn, "arn:aws:rds:us-east-1:" BOX_A ":db:db");
    assert_int_equal(box_thing(&b, "arn:aws:ec2:us-east-1::image/ami-1")->encryption, WORLD_ENC_NONE); /* as its snapshot */
    assert_int_equal(box_thing(&b, "arn:aws:ec2:us-east-1::image/ami-2")->encryption, WORLD_ENC_UNKNOWN);
    expect_str(b.w->resources[box_thing(&b, "arn:aws:ec2:us-east-1::image/ami-1")->source].arn, "arn:aws:ec2:us-east-1::snapshot/snap-1");
    box_close(&b);
}

/* --- the organization */

#define ORG_BASE \
    BOX_OK("organizations", "DescribeOrganization", "{}", "{'Organization':{'Id':'o-1','Arn':'x','MasterAccountId':'" BOX_A "'}}") \
    BOX_OK("organizations", "ListAccounts", "{}", "{'Accounts':[{'Id':'" BOX_A "','Name':'top'},{'Id':'" BOX_B "','Name':'member'}]}") \
    BOX_OK("organizations", "ListOrganizationalUnitsForParent", "{'ParentId':'r-1'}", "{'OrganizationalUnits':[{'Id':'ou-1','Name':'U'}]}") \
    BOX_OK("organizations", "ListAccountsForParent", "{'ParentId':'r-1'}", "{'Accounts':[{'Id':'" BOX_A "'}]}") \
    BOX_LINE(BOX_B, "us-east-1", "iam", "GetAccountAuthorizationDetails", "{}", "empty", ",'http':200,'answer':{}")
#define ORG_UNIT BOX_OK("organizations", "ListAccountsForParent", "{'ParentId':'ou-1'}", "{'Accounts':[{'Id':'" BOX_B "'}]}")
#define ORG_ROOT BOX_OK("organizations", "ListRoots", "{}", "{'Roots':[{'Id':'r-1','Name':'Root','PolicyTypes':[{'Type':'SERVICE_CONTROL_POLICY','Status':'ENABLED'}," \
       "{'Type':'RESOURCE_CONTROL_POLICY','Status':'ENABLED'}]}]}")
#define ORG_LISTS \
    BOX_OK("organizations", "ListPolicies", "{'Filter':'SERVICE_CONTROL_POLICY'}", "{'Policies':[{'Id':'p-full','Name':'Full','Type':'SERVICE_CONTROL_POLICY'},{'Id':'p-no'," \
           "'Name':'No','Type':'SERVICE_CONTROL_POLICY'}]}") \
    BOX_OK("organizations", "ListPolicies", "{'Filter':'RESOURCE_CONTROL_POLICY'}", "{'Policies':[{'Id':'p-rcp','Name':'R','Type':'RESOURCE_CONTROL_POLICY'}]}") \
    BOX_OK("organizations", "ListTargetsForPolicy", "{'PolicyId':'p-full'}", "{'Targets':[{'TargetId':'r-1'},{'TargetId':'ou-1'},{'TargetId':'" BOX_A "'},{'TargetId':'" BOX_B "'}]}") \
    BOX_OK("organizations", "DescribePolicy", "{'PolicyId':'p-full'}", "{'Policy':{'Content':'{`Version`:`2012-10-17`,`Statement`:[{`Effect`:`Allow`,`Action`:`*`,`Resource`:`*`}]}'}}")
#define ORG_TARGETS \
    BOX_OK("organizations", "ListTargetsForPolicy", "{'PolicyId':'p-no'}", "{'Targets':[{'TargetId':'ou-1'}]}") \
    BOX_OK("organizations", "ListTargetsForPolicy", "{'PolicyId':'p-rcp'}", "{'Targets':[{'TargetId':'ou-1'}]}")

static const struct world_account *member(const struct box *b) { return &b->w->accounts[world_account_of(b->w, STR(BOX_B))]; }

static void levels_from_the_root_down(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, ORG_BASE ORG_UNIT ORG_ROOT ORG_LISTS ORG_TARGETS, NULL);
    const struct world_account *m = member(&b), *top = &b.w->accounts[world_account_of(b.w, STR(BOX_A))];
    expect_str(m->org_path, "o-1/r-1/ou-1/");
    assert_true(top->is_management && top->scps_on && !m->is_management && m->org_read && m->rcps_on);
    assert_int_equal(m->scp_count, 3);
    expect_str(m->scps[0].name, "r-1");
    expect_str(m->scps[1].name, "ou-1");
    expect_str(m->scps[2].name, BOX_B);
    assert_int_equal(m->scps[1].policies.count, 2);
    expect_str(m->scps[1].policies.items[0].id, "p-full");
    assert_non_null(m->scps[1].policies.items[0].policy);
    assert_true(!m->scps[1].policies.items[1].policy && m->scps[1].policies.items[1].unread.len); /* p-no: its text was not read */
    assert_int_equal(m->rcp_count, 1);
    box_close(&b);
}

/* However it comes that the policies of the organization are not known: never as if there were none. */
static void levels_that_were_not_read(void **state)
{
    (void)state;
    static const char *const bundles[] = {
        ORG_BASE ORG_UNIT ORG_LISTS ORG_TARGETS,                                                          /* which types are on */
        ORG_BASE ORG_ROOT ORG_LISTS ORG_TARGETS,                                                          /* which unit it is in */
        ORG_BASE ORG_UNIT ORG_ROOT ORG_TARGETS,                                                           /* which policies there are */
        ORG_BASE ORG_UNIT ORG_ROOT ORG_LISTS BOX_DENIED("organizations", "ListTargetsForPolicy", "{'PolicyId':'p-no'}"), /* where one holds */
    };
    for (size_t i = 0; i < sizeof bundles / sizeof *bundles; i++) {
        struct box b;
        box_load(&b, bundles[i], NULL);
        const struct world_account *m = member(&b);
        assert_true(m->scps_on && m->scp_count >= 1);
        bool unread = false;
        for (uint32_t k = 0; k < m->scps[0].policies.count; k++)
            unread |= !m->scps[0].policies.items[k].policy && m->scps[0].policies.items[k].unread.len;
        if (!unread)
            fail_msg("bundle %zu: level %.*s is all read", i, STR_ARG(m->scps[0].name));
        box_close(&b);
    }
}

static void an_account_in_no_organization(void **state)
{
    (void)state;
    struct box b;
    box_load(&b, BOX_ABSENT("organizations", "DescribeOrganization", "{}", "AWSOrganizationsNotInUseException") BOX_EMPTY("iam", "GetAccountAuthorizationDetails", "{}"), NULL);
    const struct world_account *a = &b.w->accounts[world_account_of(b.w, STR(BOX_A))];
    assert_true(a->org_read && !a->org_id.ptr && a->collected && a->scp_count == 0);
    box_close(&b);
    box_load(&b, BOX_DENIED("organizations", "DescribeOrganization", "{}") BOX_EMPTY("iam", "GetAccountAuthorizationDetails", "{}"), NULL);
    assert_false(b.w->accounts[world_account_of(b.w, STR(BOX_A))].org_read);
    assert_true(box_has_gap(&b, "organizations:DescribeOrganization"));
    box_close(&b);
}

/* --- Identity Center, endpoints */

static void assignments_and_endpoints(void **state)
{
    (void)state;
    struct box b;
    struct buf lines;
    buf_init(&lines, 1 << 20);
    buf_addz(&lines, people);
    buf_addz(&lines,
        BOX_OK("sso-admin", "ListInstances", "{}", "{'Instances':[{'InstanceArn':'arn:aws:sso:::instance/i','IdentityStoreId':'d-1'}]}")
        BOX_OK("sso-admin", "ListPermissionSets", "{'InstanceArn':'arn:aws:sso:::instance/i'}", "{'PermissionSets':['ps-1']}")
        BOX_OK("sso-admin", "DescribePermissionSet", "{'InstanceArn':'arn:aws:sso:::instance/i','PermissionSetArn':'ps-1'}", "{'PermissionSet':{'Name':'Admin','PermissionSetArn':'ps-1'}}")
        BOX_OK("sso-admin", "ListAccountAssignments", "{'InstanceArn':'arn:aws:sso:::instance/i','PermissionSetArn':'ps-1','AccountId':'" BOX_A "'}",
               "{'AccountAssignments':[{'AccountId':'" BOX_A "','PermissionSetArn':'ps-1','PrincipalType':'GROUP','PrincipalId':'g-1'}]}")
        BOX_LINE(BOX_B, "us-east-1", "sso-admin", "ListPermissionSets", "{'InstanceArn':'arn:aws:sso:::instance/i'}", "denied", ",'http':403,'code':'AccessDenied'")
        BOX_LINE(BOX_B, "us-east-1", "sqs", "ListQueues", "{}", "denied", ",'http':403,'code':'AccessDenied'")
        BOX_OK("identitystore", "ListGroups", "{'IdentityStoreId':'d-1'}", "{'Groups':[{'GroupId':'g-1','DisplayName':'Operators'}]}")
        BOX_OK("ec2", "DescribeVpcEndpoints", "{}", "{'VpcEndpoints':[{'VpcEndpointId':'vpce-1','VpcId':'vpc-1','ServiceName':'com.amazonaws.us-east-1.s3','State':'available',"
               "'PolicyDocument':'{`Version`:`2012-10-17`,`Statement`:[{`Effect`:`Allow`,`Principal`:`*`,`Action`:`*`,`Resource`:`*`}]}'},"
               "{'VpcEndpointId':'vpce-2','VpcId':'vpc-1','ServiceName':'x','State':'available'}]}"));
    box_load(&b, buf_cstr(&lines), NULL);
    assert_int_equal(b.w->assignment_count, 1);
    assert_false(box_has_gap(&b, "sso-admin:ListPermissionSets")); /* a member is denied it by design */
    assert_true(box_has_gap(&b, "sqs:ListQueues"));
    const struct world_assignment *s = &b.w->assignments[0];
    expect_str(s->principal_name, "Operators");
    expect_str(s->permission_set, "Admin");
    assert_int_equal(s->role, world_principal_of(b.w, STR("arn:aws:iam::" BOX_A ":role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef")));
    assert_int_equal(b.w->endpoint_count, 2);
    assert_non_null(b.w->endpoints[0].policy.policy);
    assert_true(!b.w->endpoints[1].policy.policy && b.w->endpoints[1].policy.unread.len);
    buf_done(&lines);
    box_close(&b);
}

static void every_operation_of_the_table_exists(void **state)
{
    (void)state;
    struct err e = {0};
    struct arena *a = arena_new(0);
    struct access_reads reads;
    expect_ok(access_reads_load(a, &reads, &e), &e);
    for (uint32_t i = 0; i < reads.count; i++)
        if (!aws_op_find(reads.items[i]))
            fail_msg("no operation %.*s", STR_ARG(reads.items[i]));
    assert_true(reads.count > 100);
    arena_free(a);
}

/* A snapshot copied from another account is that account's tenant's, also when its source is gone. */
static void copies_are_whose_their_source_was(void **state)
{
    struct box b;
    (void)state;
    box_load(&b, BOX_OK("rds", "DescribeDBSnapshots", "{}", "{'DBSnapshots':[{'DBSnapshotIdentifier':'mine','DBSnapshotArn':'arn:aws:rds:us-east-1:" BOX_A ":snapshot:mine',"
             "'DBInstanceIdentifier':'db','SourceDBSnapshotIdentifier':'arn:aws:rds:us-east-1:" BOX_B ":snapshot:theirs'},"
             "{'DBSnapshotIdentifier':'own','DBSnapshotArn':'arn:aws:rds:us-east-1:" BOX_A ":snapshot:own','DBInstanceIdentifier':'db',"
             "'SourceDBSnapshotIdentifier':'arn:aws:rds:us-east-1:" BOX_A ":snapshot:older'}]}"),
             "{'tenants':{'acme':{'accounts':['" BOX_A "']},'beta':{'accounts':['" BOX_B "']}}}");
    expect_str(box_thing(&b, "arn:aws:rds:us-east-1:" BOX_A ":snapshot:mine")->tenant, "beta");
    expect_str(box_thing(&b, "arn:aws:rds:us-east-1:" BOX_A ":snapshot:own")->tenant, "acme");
    box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_organization),
        cmocka_unit_test(users_with_their_groups_and_boundaries),
        cmocka_unit_test(roles_and_whom_they_trust),
        cmocka_unit_test(names_without_details_are_unread),
        cmocka_unit_test(things_run_as_roles),
        cmocka_unit_test(shares_and_sources),
        cmocka_unit_test(levels_from_the_root_down),
        cmocka_unit_test(levels_that_were_not_read),
        cmocka_unit_test(an_account_in_no_organization),
        cmocka_unit_test(assignments_and_endpoints),
        cmocka_unit_test(every_operation_of_the_table_exists),
        cmocka_unit_test(copies_are_whose_their_source_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
