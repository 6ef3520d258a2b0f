/* What compute runs that lies elsewhere: images and scripts. */
#include "unit/access/load_box.h"

#define TASK(name, images) BOX_OK("ecs", "DescribeTaskDefinition", "{'taskDefinition':'arn:aws:ecs:us-east-1:" BOX_A ":task-definition/" name ":1'}",  \
    "{'taskDefinition':{'taskDefinitionArn':'arn:aws:ecs:us-east-1:" BOX_A ":task-definition/" name ":1','taskRoleArn':"                             \
    "'arn:aws:iam::" BOX_A ":role/task','containerDefinitions':[" images "]}}")
#define ECR BOX_A ".dkr.ecr.us-east-1.amazonaws.com/"

static const char lines[] =
    BOX_OK("ecr", "DescribeRepositories", "{}", "{'repositories':["
        "{'repositoryArn':'arn:aws:ecr:us-east-1:" BOX_A ":repository/team/app','repositoryName':'team/app'},"
        "{'repositoryArn':'arn:aws:ecr:us-east-1:" BOX_A ":repository/proxy','repositoryName':'proxy'},"
        "{'repositoryArn':'arn:aws:ecr:us-east-1:" BOX_A ":repository/pinned','repositoryName':'pinned'}]}")
    BOX_OK("s3", "ListBuckets", "{}", "{'Buckets':[{'Name':'scripts','BucketRegion':'us-east-1'},{'Name':'libs','BucketRegion':'us-east-1'}]}")
    TASK("web", "{'name':'a','image':'" ECR "team/app:latest'},{'name':'b','image':'" ECR "proxy'},"
        "{'name':'c','image':'" ECR "pinned@sha256:0000000000000000000000000000000000000000000000000000000000000000'},"
        "{'name':'d','image':'public.ecr.aws/nginx/nginx:1'},{'name':'e','image':'" BOX_B ".dkr.ecr.us-east-1.amazonaws.com/theirs:1'}")
    BOX_OK("glue", "GetJobs", "{}", "{'Jobs':[{'Name':'etl','Role':'arn:aws:iam::" BOX_A ":role/etl','Command':{'Name':'glueetl',"
        "'ScriptLocation':'s3://scripts/jobs/etl.py'},'DefaultArguments':{'--extra-py-files':'s3://libs/a.zip,s3://libs/b.zip'}}]}");

static void made(const struct box *b, const char *thing, const char *source, uint32_t times)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < b->w->made_count; i++)
        found += str_eqz(b->w->resources[b->w->made[i].thing].arn, thing) && str_eqz(b->w->resources[b->w->made[i].source].arn, source);
    if (found != times)
        fail_msg("%s is made from %s %u times", thing, source, found);
}

static void images_and_scripts_rule_what_runs_them(void **state)
{
    (void)state;
    struct box b = {0};
    box_load(&b, lines, NULL);
    const char *web = "arn:aws:ecs:us-east-1:" BOX_A ":task-definition/web:1";
    made(&b, web, "arn:aws:ecr:us-east-1:" BOX_A ":repository/team/app", 1);
    made(&b, web, "arn:aws:ecr:us-east-1:" BOX_A ":repository/proxy", 1);
    made(&b, web, "arn:aws:ecr:us-east-1:" BOX_A ":repository/pinned", 0); /* a digest cannot be pushed over */
    const char *job = "arn:aws:glue:us-east-1:" BOX_A ":job/etl";
    made(&b, job, "arn:aws:s3:::scripts", 1);
    made(&b, job, "arn:aws:s3:::libs", 1);
    assert_int_equal(b.w->made_count, 4);
    box_close(&b);
}

static const char point_lines[] =
    BOX_OK("s3", "ListBuckets", "{}", "{'Buckets':[{'Name':'lake','BucketRegion':'us-east-1'}]}")
    BOX_OK("s3", "GetBucketEncryption", "{'Bucket':'lake'}", "{'ServerSideEncryptionConfiguration':{'Rules':[{'ApplyServerSideEncryptionByDefault':"
        "{'SSEAlgorithm':'aws:kms','KMSMasterKeyID':'arn:aws:kms:us-east-1:" BOX_A ":key/k1'}}]}}")
    BOX_OK("kms", "ListKeys", "{}", "{'Keys':[{'KeyId':'k1','KeyArn':'arn:aws:kms:us-east-1:" BOX_A ":key/k1'}]}")
    BOX_OK("s3control", "ListAccessPoints", "{}", "{'AccessPointList':[{'Name':'team','Bucket':'lake','NetworkOrigin':'Internet',"
        "'AccessPointArn':'arn:aws:s3:us-east-1:" BOX_A ":accesspoint/team'}]}");

static void an_access_point_is_a_way_to_its_bucket(void **state)
{
    (void)state;
    struct box b = {0};
    box_load(&b, point_lines, NULL);
    const struct world_resource *point = box_thing(&b, "arn:aws:s3:us-east-1:" BOX_A ":accesspoint/team"), *bucket = box_thing(&b, "arn:aws:s3:::lake");
    assert_true(bucket->phi && point->phi);
    assert_ptr_equal(&b.w->resources[point->source], bucket);
    assert_int_equal(point->encryption, bucket->encryption);
    assert_int_equal(point->key, bucket->key);
    assert_true(point->key != WORLD_NONE);
    box_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_and_scripts_rule_what_runs_them),
        cmocka_unit_test(an_access_point_is_a_way_to_its_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
