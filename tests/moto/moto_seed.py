"""A little of everything in a moto server, so that answers have something in them."""
import io
import json
import zipfile


def policy(action, resource, principal=None):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    if principal:
        statement["Principal"] = principal
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def network(c):
    ec2 = c("ec2")
    tags = lambda kind: [{"ResourceType": kind, "Tags": [{"Key": "tenant", "Value": "acme & <co>"}, {"Key": "empty", "Value": ""}]}]
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tags("vpc"))["Vpc"]["VpcId"]
    other = ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
    second = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.2.0/24", AvailabilityZone="us-east-1b")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="web tier", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
        {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "all"}],
         "Ipv6Ranges": [{"CidrIpv6": "::/0"}], "UserIdGroupPairs": [{"GroupId": group}]}])
    instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=2, MaxCount=2, SubnetId=subnet, SecurityGroupIds=[group],
                                 TagSpecifications=tags("instance"), UserData="#!/bin/sh")["Instances"][0]["InstanceId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)
    ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=other)
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=8, Encrypted=True)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="s")["SnapshotId"]
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", GroupNames=["all"])
    ec2.create_image(InstanceId=instance, Name="image")
    ec2.create_key_pair(KeyName="k")
    ec2.create_launch_template(LaunchTemplateName="lt", LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.micro"})
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table])
    ec2.create_flow_logs(ResourceIds=[vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3", LogDestination="arn:aws:s3:::data")
    ec2.create_managed_prefix_list(PrefixListName="pl", MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "10.0.0.0/8", "Description": "x"}])
    transit = ec2.create_transit_gateway(Description="t")["TransitGateway"]["TransitGatewayId"]
    ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=transit, VpcId=vpc, SubnetIds=[subnet])
    tgw_table = ec2.create_transit_gateway_route_table(TransitGatewayId=transit)["TransitGatewayRouteTable"]["TransitGatewayRouteTableId"]
    ec2.create_transit_gateway_route(DestinationCidrBlock="10.9.0.0/16", TransitGatewayRouteTableId=tgw_table, Blackhole=True)
    ec2.create_vpn_gateway(Type="ipsec.1")
    ec2.create_customer_gateway(Type="ipsec.1", PublicIp="205.251.242.54", BgpAsn=65000)
    ec2.create_egress_only_internet_gateway(VpcId=vpc)
    ec2.create_network_acl(VpcId=vpc)
    ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": ["example.com"]}])
    return {"vpc": vpc, "subnets": [subnet, second], "group": group}


def identity(c):
    iam = c("iam")
    iam.create_user(UserName="alice", Tags=[{"Key": "team", "Value": "ops"}])
    iam.create_access_key(UserName="alice")
    iam.create_login_profile(UserName="alice", Password="Passw0rd!Passw0rd!")
    iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=policy("s3:*", "*"))
    iam.create_group(GroupName="admins")
    iam.add_user_to_group(GroupName="admins", UserName="alice")
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="app", PolicyName="inline", PolicyDocument=policy("kms:Decrypt", "*"))
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=policy(["s3:Get*", "s3:List*"], "arn:aws:s3:::data/${aws:username}/*"))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    iam.create_instance_profile(InstanceProfileName="prof")
    iam.add_role_to_instance_profile(InstanceProfileName="prof", RoleName="app")
    iam.create_virtual_mfa_device(VirtualMFADeviceName="mfa")
    iam.update_account_password_policy(MinimumPasswordLength=14)
    iam.create_open_id_connect_provider(Url="https://token.example.com", ClientIDList=["x"], ThumbprintList=["a" * 40])
    iam.create_account_alias(AccountAlias="acme")


def buckets(c):
    s3 = c("s3")
    for name in ("data", "logs-acme"):
        s3.create_bucket(Bucket=name)
    s3.put_bucket_policy(Bucket="data", Policy=policy("s3:GetObject", "arn:aws:s3:::data/*", {"AWS": "*"}))
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(Bucket="data", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "k"}, "BucketKeyEnabled": True}]})
    s3.put_public_access_block(Bucket="data", PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": True})
    s3.put_bucket_tagging(Bucket="data", Tagging={"TagSet": [{"Key": "phi", "Value": "yes"}]})
    s3.put_bucket_lifecycle_configuration(Bucket="data", LifecycleConfiguration={"Rules": [{"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 2192}, "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}]})
    s3.put_bucket_cors(Bucket="data", CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]})
    s3.put_bucket_website(Bucket="data", WebsiteConfiguration={"IndexDocument": {"Suffix": "i.html"}})
    s3.put_bucket_ownership_controls(Bucket="data", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]})
    s3.put_bucket_acl(Bucket="logs-acme", ACL="log-delivery-write")
    s3.put_bucket_logging(Bucket="data", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "logs-acme", "TargetPrefix": "x/"}})
    c("s3control").put_public_access_block(AccountId="123456789012", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    c("s3control").create_access_point(AccountId="123456789012", Name="ap", Bucket="data")


def databases(c, net):
    rds = c("rds")
    rds.create_db_subnet_group(DBSubnetGroupName="sg", DBSubnetGroupDescription="d", SubnetIds=net["subnets"])
    rds.create_db_parameter_group(DBParameterGroupName="pg", DBParameterGroupFamily="postgres15", Description="d")
    rds.create_db_instance(DBInstanceIdentifier="db", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage=20, MasterUsername="u", MasterUserPassword="p" * 12, StorageEncrypted=True, Tags=[{"Key": "a", "Value": "b"}])
    rds.create_db_snapshot(DBInstanceIdentifier="db", DBSnapshotIdentifier="snap")
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="snap", AttributeName="restore", ValuesToAdd=["all"])
    rds.create_db_cluster(DBClusterIdentifier="cl", Engine="aurora-postgresql", MasterUsername="u", MasterUserPassword="p" * 12)
    rds.create_db_cluster_snapshot(DBClusterIdentifier="cl", DBClusterSnapshotIdentifier="clsnap")
    ddb = c("dynamodb")
    ddb.create_table(TableName="t", KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}], AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST", StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})
    ddb.create_backup(TableName="t", BackupName="b")
    c("elasticache").create_replication_group(ReplicationGroupId="rg", ReplicationGroupDescription="d", Engine="redis", CacheNodeType="cache.t3.micro", NumCacheClusters=1)
    c("redshift").create_cluster(ClusterIdentifier="rs", NodeType="ra3.xlplus", MasterUsername="u", MasterUserPassword="Passw0rdPassw0rd", NumberOfNodes=2)
    c("efs").create_file_system(CreationToken="x", Encrypted=True, Tags=[{"Key": "Name", "Value": "fs"}])
    c("opensearch").create_domain(DomainName="dom", EngineVersion="OpenSearch_2.11")
    c("es").create_elasticsearch_domain(DomainName="olddom")
    c("memorydb").create_cluster(ClusterName="m", NodeType="db.t4g.small", ACLName="open-access")


def keys_and_logs(c):
    kms = c("kms")
    key = kms.create_key(Description="k", Tags=[{"TagKey": "a", "TagValue": "b"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/k", TargetKeyId=key)
    kms.create_grant(KeyId=key, GranteePrincipal="arn:aws:iam::123456789012:role/app", Operations=["Decrypt"])
    kms.enable_key_rotation(KeyId=key)
    c("cloudtrail").create_trail(Name="trail", S3BucketName="logs-acme", IsMultiRegionTrail=True)
    c("cloudtrail").start_logging(Name="trail")
    logs = c("logs")
    logs.create_log_group(logGroupName="/app/x", tags={"a": "b"})
    logs.put_metric_filter(logGroupName="/app/x", filterName="f", filterPattern="{ $.errorCode = \"AccessDenied\" }", metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1", "defaultValue": 0.5}])
    logs.put_resource_policy(policyName="rp", policyDocument=policy("logs:PutLogEvents", "*", {"Service": "es.amazonaws.com"}))
    c("cloudwatch").put_metric_alarm(AlarmName="al", MetricName="m", Namespace="n", Period=60, EvaluationPeriods=1, Threshold=1.5, ComparisonOperator="GreaterThanThreshold", Statistic="Sum", AlarmActions=["arn:aws:sns:us-east-1:123456789012:topic"])
    c("events").put_rule(Name="rule", ScheduleExpression="rate(5 minutes)")
    c("events").put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": "arn:aws:sns:us-east-1:123456789012:topic"}])
    config = c("config")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": "arn:aws:iam::123456789012:role/app", "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "logs-acme"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")


def security(c):
    c("guardduty").create_detector(Enable=True)
    c("securityhub").enable_security_hub()
    c("macie2").enable_macie()
    c("secretsmanager").create_secret(Name="s", SecretString="x")
    c("secretsmanager").put_resource_policy(SecretId="s", ResourcePolicy=policy("secretsmanager:GetSecretValue", "*", {"AWS": "arn:aws:iam::111122223333:root"}))
    c("ssm").put_parameter(Name="/p", Value="v", Type="SecureString")
    c("ssm").create_document(Content='{"schemaVersion":"2.2","description":"d","parameters":{},"mainSteps":[]}', Name="doc", DocumentType="Command")
    c("acm").request_certificate(DomainName="example.com")
    c("wafv2").create_web_acl(Name="acl", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig={"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}, Rules=[])
    pool = c("cognito-idp").create_user_pool(PoolName="pool")["UserPool"]["Id"]
    c("cognito-idp").set_user_pool_mfa_config(UserPoolId=pool, MfaConfiguration="OFF")
    c("cognito-identity").create_identity_pool(IdentityPoolName="ip", AllowUnauthenticatedIdentities=True)
    c("acm-pca").create_certificate_authority(CertificateAuthorityType="ROOT", CertificateAuthorityConfiguration={"KeyAlgorithm": "RSA_2048", "SigningAlgorithm": "SHA256WITHRSA", "Subject": {"CommonName": "x"}})


def messaging(c):
    topic = c("sns").create_topic(Name="topic", Tags=[{"Key": "a", "Value": "b"}])["TopicArn"]
    c("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="a@example.com")
    c("sqs").create_queue(QueueName="q", Attributes={"SqsManagedSseEnabled": "true"}, tags={"a": "b"})
    c("kinesis").create_stream(StreamName="st", ShardCount=1)
    c("firehose").create_delivery_stream(DeliveryStreamName="fh", S3DestinationConfiguration={"RoleARN": "arn:aws:iam::123456789012:role/app", "BucketARN": "arn:aws:s3:::data"})
    broker = dict(BrokerName="mq", EngineType="ACTIVEMQ", EngineVersion="5.18", HostInstanceType="mq.t3.micro", DeploymentMode="SINGLE_INSTANCE", PubliclyAccessible=False, AutoMinorVersionUpgrade=True, Users=[{"Username": "u", "Password": "p" * 12}])
    c("mq").create_broker(**broker)
    c("kafka").create_cluster_v2(ClusterName="msk", Provisioned={"BrokerNodeGroupInfo": {"ClientSubnets": ["s"], "InstanceType": "kafka.m5.large"}, "KafkaVersion": "3.5.1", "NumberOfBrokerNodes": 2})


def code_zip():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as z:
        z.writestr("a.py", "def h(e, c): pass")
    return data.getvalue()


def compute(c, net):
    c("lambda").create_function(FunctionName="fn", Runtime="python3.12", Role="arn:aws:iam::123456789012:role/app", Handler="a.h", Code={"ZipFile": code_zip()}, Environment={"Variables": {"A": "b"}}, Tags={"x": "y"})
    c("lambda").add_permission(FunctionName="fn", StatementId="s", Action="lambda:InvokeFunction", Principal="*")
    c("lambda").put_function_concurrency(FunctionName="fn", ReservedConcurrentExecutions=5)
    ecs = c("ecs")
    ecs.create_cluster(clusterName="ecs", settings=[{"name": "containerInsights", "value": "enabled"}])
    ecs.register_task_definition(family="td", containerDefinitions=[{"name": "c", "image": "x", "memory": 128, "environment": [{"name": "A", "value": "b"}]}])
    ecs.create_service(cluster="ecs", serviceName="svc", taskDefinition="td", desiredCount=1)
    eks = c("eks")
    eks.create_cluster(name="eks", roleArn="arn:aws:iam::123456789012:role/app", resourcesVpcConfig={"subnetIds": net["subnets"]})
    eks.create_nodegroup(clusterName="eks", nodegroupName="ng", subnets=net["subnets"], nodeRole="arn:aws:iam::123456789012:role/app")
    ecr = c("ecr")
    ecr.create_repository(repositoryName="repo", imageScanningConfiguration={"scanOnPush": True})
    ecr.set_repository_policy(repositoryName="repo", policyText=policy("ecr:GetDownloadUrlForLayer", "*", {"AWS": "*"}))
    c("autoscaling").create_launch_configuration(LaunchConfigurationName="lc", ImageId="ami-12c6146b", InstanceType="t3.micro")
    c("autoscaling").create_auto_scaling_group(AutoScalingGroupName="asg", LaunchConfigurationName="lc", MinSize=0, MaxSize=1, VPCZoneIdentifier=net["subnets"][0])
    c("batch").create_compute_environment(computeEnvironmentName="ce", type="UNMANAGED", state="ENABLED", serviceRole="arn:aws:iam::123456789012:role/app")
    c("stepfunctions").create_state_machine(name="sm", definition='{"StartAt":"a","States":{"a":{"Type":"Pass","End":true}}}', roleArn="arn:aws:iam::123456789012:role/app")
    c("codebuild").create_project(name="cb", source={"type": "S3", "location": "data/x"}, artifacts={"type": "NO_ARTIFACTS"}, environment={"type": "LINUX_CONTAINER", "image": "i", "computeType": "BUILD_GENERAL1_SMALL"}, serviceRole="arn:aws:iam::123456789012:role/app")
    c("emr").run_job_flow(Name="emr", ReleaseLabel="emr-6.10.0", Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True}, JobFlowRole="r", ServiceRole="s")
    c("sagemaker").create_notebook_instance(NotebookInstanceName="nb", InstanceType="ml.t3.medium", RoleArn="arn:aws:iam::123456789012:role/app")
    c("cloudformation").create_stack(StackName="stack", TemplateBody=json.dumps({"AWSTemplateFormatVersion": "2010-09-09", "Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}))


def edge(c, net):
    elb = c("elbv2")
    lb = elb.create_load_balancer(Name="alb", Subnets=net["subnets"])["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=net["vpc"])["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(LoadBalancerArn=lb, Protocol="HTTP", Port=80, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    c("elb").create_load_balancer(LoadBalancerName="clb", Listeners=[{"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 80}], AvailabilityZones=["us-east-1a"])
    api = c("apigateway")
    rest = api.create_rest_api(name="api", tags={"a": "b"})["id"]
    root = api.get_resources(restApiId=rest)["items"][0]["id"]
    api.put_method(restApiId=rest, resourceId=root, httpMethod="GET", authorizationType="NONE")
    api.put_integration(restApiId=rest, resourceId=root, httpMethod="GET", type="HTTP", integrationHttpMethod="GET", uri="http://example.com")
    api.create_deployment(restApiId=rest, stageName="prod")
    v2 = c("apigatewayv2")
    http = v2.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    v2.create_stage(ApiId=http, StageName="$default", AutoDeploy=True)
    v2.create_route(ApiId=http, RouteKey="GET /")
    c("cloudfront").create_distribution(DistributionConfig={"CallerReference": "x", "Comment": "c", "Enabled": True, "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "data.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}]}, "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "redirect-to-https", "MinTTL": 0, "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}}})
    c("route53").create_hosted_zone(Name="example.com", CallerReference="x")
    c("appsync").create_graphql_api(name="gql", authenticationType="API_KEY")


def organization(c):
    org = c("organizations")
    org.create_organization(FeatureSet="ALL")
    root = org.list_roots()["Roots"][0]["Id"]
    unit = org.create_organizational_unit(ParentId=root, Name="prod")["OrganizationalUnit"]["Id"]
    account = org.create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"]["AccountId"]
    org.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit)
    org.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    scp = org.create_policy(Content=policy("*", "*"), Description="d", Name="scp", Type="SERVICE_CONTROL_POLICY")["Policy"]["PolicySummary"]["Id"]
    org.attach_policy(PolicyId=scp, TargetId=unit)
    c("ram").create_resource_share(name="share")
    c("backup").create_backup_vault(BackupVaultName="vault")
    c("backup").create_backup_plan(BackupPlan={"BackupPlanName": "plan", "Rules": [{"RuleName": "r", "TargetBackupVaultName": "vault", "Lifecycle": {"DeleteAfterDays": 35}}]})
    c("glue").create_database(DatabaseInput={"Name": "gdb"})
    c("athena").create_work_group(Name="wg")
    c("transfer").create_server(Protocols=["SFTP"])
    c("workspaces")
    c("identitystore")
    c("application-autoscaling").register_scalable_target(ServiceNamespace="dynamodb", ResourceId="table/t", ScalableDimension="dynamodb:table:ReadCapacityUnits", MinCapacity=1, MaxCapacity=5)
    c("sesv2").create_email_identity(EmailIdentity="example.com")


def seed(client):
    """`client(service)` gives a botocore client. Returns what moto refused, as text."""
    problems = []
    results = {}
    for part, needs_net in ((network, 0), (identity, 0), (buckets, 0), (databases, 1), (keys_and_logs, 0), (security, 0),
                            (messaging, 0), (compute, 1), (edge, 1), (organization, 0)):
        def guarded(service):
            return Guard(client(service), service, problems)
        try:
            results[part.__name__] = part(guarded, results["network"]) if needs_net else part(guarded)
        except Exception as e:  # the rest of this part depends on what failed
            problems.append(f"{part.__name__}: {e!r}")
    return problems


class Guard:
    """A client whose failing calls are noted; a caller that needs their result fails on None."""

    def __init__(self, client, service, problems):
        self._client, self._service, self._problems = client, service, problems

    def __getattr__(self, name):
        call = getattr(self._client, name)

        def guarded(**arguments):
            try:
                return call(**arguments)
            except Exception as e:
                self._problems.append(f"{self._service}.{name}: {str(e)[:120]}")
        return guarded
