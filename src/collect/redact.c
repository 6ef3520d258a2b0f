#include "collect/redact.h"

#include "codec/hash.h"
#include "collect/secret.h"

enum redact_kind {
    REDACT_MAP,   /* an object of name -> value: all values */
    REDACT_LIST,  /* a list of {name, value}: all values */
    REDACT_SOME,  /* a list of {name, value}: values that look like a secret */
    REDACT_MAP_SOME,
    REDACT_BLOB,  /* base64: always, flagged by what it decodes to */
    REDACT_TEXT,  /* when it looks like a secret */
    REDACT_ALL,   /* always, as a secret */
};

/* Where AWS returns what customers wrote freely. Member names of botocore 1.44.5. */
static const struct rule {
    const char *op, *path;
    enum redact_kind kind;
    const char *name, *value;
} rules[] = {
    {"amplify:*", "apps[].environmentVariables", REDACT_MAP, NULL, NULL},
    {"amplify:*", "apps[].basicAuthCredentials", REDACT_ALL, NULL, NULL},
    {"amplify:*", "apps[].buildSpec", REDACT_TEXT, NULL, NULL},
    {"apigateway:GetStages", "item[].variables", REDACT_MAP_SOME, NULL, NULL},
    {"apigatewayv2:GetStages", "Items[].StageVariables", REDACT_MAP_SOME, NULL, NULL},
    {"apprunner:DescribeService", "Service.SourceConfiguration.ImageRepository.ImageConfiguration.RuntimeEnvironmentVariables", REDACT_MAP, NULL, NULL},
    {"apprunner:DescribeService", "Service.SourceConfiguration.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentVariables", REDACT_MAP, NULL, NULL},
    {"autoscaling:DescribeLaunchConfigurations", "LaunchConfigurations[].UserData", REDACT_BLOB, NULL, NULL},
    {"batch:DescribeJobDefinitions", "jobDefinitions[].containerProperties.environment", REDACT_LIST, "name", "value"},
    {"cloudformation:DescribeStacks", "Stacks[].Parameters", REDACT_SOME, "ParameterKey", "ParameterValue"},
    {"cloudformation:DescribeStacks", "Stacks[].Outputs", REDACT_SOME, "OutputKey", "OutputValue"},
    {"cloudformation:GetTemplate", "TemplateBody", REDACT_TEXT, NULL, NULL},
    {"cloudformation:*Drifts", "StackResourceDrifts[].ExpectedProperties", REDACT_TEXT, NULL, NULL},
    {"cloudformation:*Drifts", "StackResourceDrifts[].ActualProperties", REDACT_TEXT, NULL, NULL},
    {"cloudfront:ListDistributions", "DistributionList.Items[].Origins.Items[].CustomHeaders.Items", REDACT_LIST, "HeaderName", "HeaderValue"},
    {"cloudfront:GetDistributionConfig", "DistributionConfig.Origins.Items[].CustomHeaders.Items", REDACT_LIST, "HeaderName", "HeaderValue"},
    {"codebuild:BatchGetProjects", "projects[].environment.environmentVariables", REDACT_LIST, "name", "value"},
    {"codebuild:BatchGetProjects", "projects[].source.buildspec", REDACT_TEXT, NULL, NULL},
    {"directconnect:*", "virtualInterfaces[].authKey", REDACT_ALL, NULL, NULL},
    {"directconnect:*", "virtualInterfaces[].customerRouterConfig", REDACT_ALL, NULL, NULL},
    {"directconnect:*", "virtualInterfaces[].bgpPeers[].authKey", REDACT_ALL, NULL, NULL},
    {"ec2:DescribeInstanceAttribute", "UserData.Value", REDACT_BLOB, NULL, NULL},
    {"ec2:DescribeLaunchTemplateVersions", "LaunchTemplateVersions[].LaunchTemplateData.UserData", REDACT_BLOB, NULL, NULL},
    {"ec2:DescribeVpnConnections", "VpnConnections[].CustomerGatewayConfiguration", REDACT_ALL, NULL, NULL},
    {"ec2:DescribeVpnConnections", "VpnConnections[].Options.TunnelOptions[].PreSharedKey", REDACT_ALL, NULL, NULL},
    {"ecs:DescribeTaskDefinition", "taskDefinition.containerDefinitions[].environment", REDACT_LIST, "name", "value"},
    {"ecs:DescribeTaskDefinition", "taskDefinition.containerDefinitions[].command[]", REDACT_TEXT, NULL, NULL},
    {"ecs:DescribeTaskDefinition", "taskDefinition.containerDefinitions[].entryPoint[]", REDACT_TEXT, NULL, NULL},
    {"ecs:DescribeTaskDefinition", "taskDefinition.containerDefinitions[].dockerLabels", REDACT_MAP_SOME, NULL, NULL},
    {"ecs:DescribeTasks", "tasks[].overrides.containerOverrides[].environment", REDACT_LIST, "name", "value"},
    {"ecs:DescribeTasks", "tasks[].overrides.containerOverrides[].command[]", REDACT_TEXT, NULL, NULL},
    {"elasticbeanstalk:DescribeConfigurationSettings", "ConfigurationSettings[].OptionSettings", REDACT_SOME, "OptionName", "Value"},
    {"events:ListTargetsByRule", "Targets[].Input", REDACT_TEXT, NULL, NULL},
    {"events:ListTargetsByRule", "Targets[].EcsParameters", REDACT_TEXT, NULL, NULL},
    {"glue:GetConnections", "ConnectionList[].ConnectionProperties", REDACT_MAP_SOME, NULL, NULL},
    {"glue:GetJobs", "Jobs[].DefaultArguments", REDACT_MAP_SOME, NULL, NULL},
    {"lambda:ListFunctions", "Functions[].Environment.Variables", REDACT_MAP, NULL, NULL},
    {"lambda:GetFunctionConfiguration", "Environment.Variables", REDACT_MAP, NULL, NULL},
    {"mwaa:GetEnvironment", "Environment.AirflowConfigurationOptions", REDACT_MAP_SOME, NULL, NULL},
    {"sagemaker:DescribeModel", "PrimaryContainer.Environment", REDACT_MAP, NULL, NULL},
    {"sagemaker:DescribeModel", "Containers[].Environment", REDACT_MAP, NULL, NULL},
    {"sagemaker:DescribeNotebookInstanceLifecycleConfig", "OnCreate[].Content", REDACT_BLOB, NULL, NULL},
    {"sagemaker:DescribeNotebookInstanceLifecycleConfig", "OnStart[].Content", REDACT_BLOB, NULL, NULL},
    {"sfn:DescribeStateMachine", "definition", REDACT_TEXT, NULL, NULL},
    {"stepfunctions:DescribeStateMachine", "definition", REDACT_TEXT, NULL, NULL},
    {"ssm:GetDocument", "Content", REDACT_TEXT, NULL, NULL},
};

/* Members that hold a secret whatever the answer: nothing that a control reads bears these names. */
static const char *const always[] = {"password",        "masteruserpassword", "clientsecret", "secretaccesskey",
                                     "sessiontoken",    "presharedkey",       "authtoken",    "secretstring",
                                     "plaintext",       "privatekey",         "apikeyvalue",  "mastersecret"};

struct redactor {
    struct arena *arena;
    struct str key;
};

static void replace(struct redactor *r, struct json *j, struct str clear, bool secret)
{
    unsigned char mac[SHA256_BYTES];
    char *hex = arena_alloc(r->arena, SHA256_HEX_MAX);
    hmac_sha256(r->key, clear, mac);
    hex_encode(mac, sizeof(mac), hex);
    j->type = JSON_OBJECT;
    j->text = (struct str){NULL, 0};
    j->first = j->last = NULL;
    j->count = 0;
    json_set(j, STR("ward:hmac"), json_string(r->arena, str_of(hex)));
    json_set(j, STR("ward:secret"), json_bool(r->arena, secret));
}

static bool is_done(const struct json *j)
{
    return json_getz(j, "ward:hmac") != NULL;
}

/* The text of a string as it is, of anything else as compact JSON. */
static struct str clear_text(struct redactor *r, const struct json *j)
{
    if (j->type == JSON_STRING)
        return j->text;
    struct buf b;
    buf_init(&b, SIZE_MAX / 2);
    json_write(&b, j);
    struct str text = arena_str(r->arena, buf_str(&b));
    buf_done(&b);
    return text;
}

static void pair(struct redactor *r, struct str name, struct json *value, bool all)
{
    if (!value || value->type == JSON_NULL || is_done(value))
        return;
    struct str clear = clear_text(r, value);
    bool secret = secret_pair(name, clear);
    if (all || secret)
        replace(r, value, clear, secret);
}

static void pairs_of_map(struct redactor *r, struct json *map, bool all)
{
    if (map->type != JSON_OBJECT || is_done(map))
        return;
    for json_each (it, map)
        pair(r, it->key, it, all);
}

static void pairs_of_list(struct redactor *r, struct json *list, const struct rule *rule)
{
    for json_each (it, list) {
        /* Beanstalk mixes its own options with the application's environment. */
        bool environment = str_eqz(json_get_str(it, "Namespace"), "aws:elasticbeanstalk:application:environment");
        pair(r, json_get_str(it, rule->name), json_getz(it, rule->value), rule->kind == REDACT_LIST || environment);
    }
}

static void blob(struct redactor *r, struct json *j)
{
    struct str clear;
    if (j->type != JSON_STRING || j->text.len == 0)
        return;
    bool decoded = base64_decode(r->arena, j->text, &clear);
    replace(r, j, j->text, secret_text(decoded ? clear : j->text));
}

static void apply(struct redactor *r, const struct rule *rule, struct json *j)
{
    switch (rule->kind) {
    case REDACT_MAP:
    case REDACT_MAP_SOME:
        pairs_of_map(r, j, rule->kind == REDACT_MAP);
        break;
    case REDACT_LIST:
    case REDACT_SOME:
        pairs_of_list(r, j, rule);
        break;
    case REDACT_BLOB:
        blob(r, j);
        break;
    case REDACT_TEXT:
        if (j->type != JSON_NULL && !is_done(j) && secret_text(clear_text(r, j)))
            replace(r, j, clear_text(r, j), true);
        break;
    case REDACT_ALL:
        if (j->type != JSON_NULL && !is_done(j))
            replace(r, j, clear_text(r, j), true);
        break;
    }
}

static void each_at(struct redactor *r, const struct rule *rule, struct json *j, struct str path)
{
    if (!j)
        return;
    if (path.len == 0) {
        apply(r, rule, j);
        return;
    }
    ptrdiff_t dot = str_index(path, '.', 0);
    struct str name = dot < 0 ? path : str_sub(path, 0, (size_t)dot);
    struct str rest = dot < 0 ? STR("") : str_sub(path, (size_t)dot + 1, path.len);
    bool list = str_ends(name, STR("[]"));
    struct json *next = json_get(j, list ? str_sub(name, 0, name.len - 2) : name);
    if (!list) {
        each_at(r, rule, next, rest);
        return;
    }
    for json_each (it, next)
        each_at(r, rule, it, rest);
}

static void everywhere(struct redactor *r, struct json *j)
{
    if (j->type == JSON_STRING) {
        bool named = false;
        for (size_t i = 0; i < sizeof(always) / sizeof(always[0]) && j->key.len > 0; i++)
            named = named || str_eq_nocase(j->key, str_of(always[i]));
        bool private_key = str_contains(j->text, STR("PRIVATE KEY-----"));
        if ((named || private_key) && j->text.len > 0)
            replace(r, j, j->text, true);
        return;
    }
    if (is_done(j))
        return;
    for json_each (it, j)
        everywhere(r, it);
}

void redact_answer(struct arena *a, const struct aws_op *op, struct str key, struct json *answer)
{
    struct redactor r = {a, key};
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (str_glob(str_of(rules[i].op), op->id))
            each_at(&r, &rules[i], answer, str_of(rules[i].path));
    everywhere(&r, answer);
}
