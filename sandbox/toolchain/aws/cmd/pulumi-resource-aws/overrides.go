package main

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// fields say, by Terraform's name, how properties differ from what the bridge makes of them by itself.
type fields = map[string]*tfbridge.SchemaInfo

// resourceInfo is how one resource becomes Pulumi's.
func resourceInfo(terraform, short string) *tfbridge.ResourceInfo {
	return &tfbridge.ResourceInfo{
		Tok:                 typeToken(short),
		Fields:              resourceFields[terraform],
		DeleteBeforeReplace: replacedInPlace[terraform],
	}
}

// replacedInPlace are those of which there can be one only, known by what it belongs to: deleting the old one after the
// new one was made would delete the new one. The vendor's plugin says so of the same.
var replacedInPlace = map[string]bool{
	"aws_cloudwatch_log_subscription_filter": true,
	"aws_ecr_lifecycle_policy":               true,
	"aws_iam_account_alias":                  true,
	"aws_iam_group_policy_attachment":        true,
	"aws_iam_policy_attachment":              true,
	"aws_iam_role_policy_attachment":         true,
	"aws_iam_user_policy_attachment":         true,
	"aws_security_group_rule":                true,
}

// resourceFields are the properties of resources whose name or shape in the npm package is not the bridge's own choice
// (test/sandbox/toolchain/aws-shapes.test.ts compares), and names that are shorter than 255 characters.
var resourceFields = map[string]fields{
	"aws_appautoscaling_scheduled_action": {
		"scalable_target_action": nested(fields{"min_capacity": typed("integer"), "max_capacity": typed("integer")}),
	},
	"aws_backup_plan":                        {"name": named(50)},
	"aws_backup_selection":                   {"name": named(50)},
	"aws_backup_vault":                       {"name": named(50)},
	"aws_budgets_budget":                     {"name": named(100)},
	"aws_cloudwatch_event_rule":              {"name": named(64)},
	"aws_cloudwatch_event_target":            {"target_id": tfbridge.AutoName("targetId", 64, "-")},
	"aws_cloudwatch_log_group":               {"name": named(512)},
	"aws_cloudwatch_log_resource_policy":     {"policy_document": document()},
	"aws_cloudwatch_log_subscription_filter": {"log_group_name": renamed("logGroup")},
	"aws_cloudwatch_metric_alarm":            {"alarm_name": tfbridge.AutoName("name", 255, "-")},
	"aws_codeconnections_connection":         {"name": named(32)},
	"aws_codestarconnections_connection":     {"name": named(32)},
	"aws_db_instance":                        {"identifier": lowercase("identifier", 63)},
	"aws_db_option_group":                    {"option_group_description": managed()},
	"aws_db_parameter_group": {
		"name":        lowercase("name", 255),
		"description": managed(),
		"parameter":   nested(fields{"apply_method": {Default: &tfbridge.DefaultInfo{Value: "immediate"}}}),
	},
	"aws_db_subnet_group":        {"name": lowercase("name", 255), "description": managed()},
	"aws_default_network_acl":    {"ingress": renamed("ingress"), "egress": renamed("egress")},
	"aws_default_security_group": {"ingress": renamed("ingress"), "egress": renamed("egress")},
	"aws_ecr_lifecycle_policy":   {"policy": document()},
	"aws_ecr_registry_policy":    {"policy": document()},
	"aws_ecr_repository":         {"name": lowercase("name", 256)},
	"aws_ecr_repository_policy":  {"policy": document()},
	"aws_ecs_service": {
		"service_connect_configuration": nested(fields{
			"service": nested(fields{"client_alias": many("clientAlias")}),
		}),
	},
	"aws_eks_cluster": {
		"name":                  named(100),
		"certificate_authority": {Name: "certificateAuthority", MaxItemsOne: tfbridge.True()},
	},
	"aws_eks_fargate_profile":         {"fargate_profile_name": tfbridge.AutoName("fargateProfileName", 63, "-")},
	"aws_eks_node_group":              {"node_group_name": tfbridge.AutoName("nodeGroupName", 63, "-")},
	"aws_elasticache_cluster":         {"cluster_id": lowercase("clusterId", 50)},
	"aws_elasticache_parameter_group": {"description": managed()},
	"aws_elasticache_replication_group": {
		"replication_group_id":       lowercase("replicationGroupId", 40),
		"at_rest_encryption_enabled": typed("boolean"),
		"auto_minor_version_upgrade": typed("boolean"),
	},
	"aws_elasticache_serverless_cache": {"name": lowercase("name", 40)},
	"aws_elasticache_subnet_group":     {"description": managed()},
	"aws_iam_group":                    {"name": named(128)},
	"aws_iam_group_policy":             {"name": named(128), "policy": document()},
	"aws_iam_instance_profile":         {"name": named(128)},
	"aws_iam_policy":                   {"name": named(128), "policy": document()},
	"aws_iam_role":                     {"name": named(64), "assume_role_policy": document()},
	"aws_iam_role_policy":              {"name": named(128), "policy": document()},
	"aws_iam_user":                     {"name": named(64)},
	"aws_iam_user_policy":              {"name": named(128), "policy": document()},
	"aws_key_pair":                     {"key_name": tfbridge.AutoName("keyName", 255, "-")},
	"aws_kms_alias": {"name": tfbridge.AutoNameWithCustomOptions("name", tfbridge.AutoNameOptions{
		Separator: "-", Maxlen: 238, Randlen: 7,
		PostTransform: func(_ *tfbridge.PulumiResource, name string) (string, error) { return "alias/" + name, nil },
	})},
	"aws_launch_template": {"name": named(125)},
	"aws_lb":              {"name": named(32)},
	"aws_lb_target_group": {"name": named(32), "deregistration_delay": typed("integer")},
	"aws_network_acl":     {"ingress": renamed("ingress"), "egress": renamed("egress")},
	"aws_route53_record": {
		// A name in the DNS, which nobody can make up.
		"name":                       renamed("name"),
		"alias":                      many("aliases"),
		"failover_routing_policy":    many("failoverRoutingPolicies"),
		"geolocation_routing_policy": many("geolocationRoutingPolicies"),
		"latency_routing_policy":     many("latencyRoutingPolicies"),
		"weighted_routing_policy":    many("weightedRoutingPolicies"),
	},
	"aws_route53_zone":     {"comment": managed()},
	"aws_s3_bucket":        {"bucket": lowercase("bucket", 63), "policy": document()},
	"aws_s3_bucket_object": {"key": key(), "source": file()},
	"aws_s3_bucket_policy": {"policy": document()},
	"aws_s3_bucket_website_configuration": {
		"routing_rule": renamed("routingRules"), "routing_rules": renamed("routingRuleDetails"),
	},
	"aws_s3_object":                {"key": key(), "source": file()},
	"aws_scheduler_schedule":       {"name": named(64)},
	"aws_scheduler_schedule_group": {"name": named(64)},
	"aws_security_group": {
		"description": managed(), "ingress": renamed("ingress"), "egress": renamed("egress"),
	},
	"aws_sns_topic":               {"name": queueName("fifoTopic")},
	"aws_sns_topic_policy":        {"policy": document()},
	"aws_sns_topic_subscription":  {"topic_arn": renamed("topic")},
	"aws_sqs_queue":               {"name": queueName("fifoQueue")},
	"aws_sqs_queue_policy":        {"policy": document()},
	"aws_ssm_document":            {"name": named(128)},
	"aws_synthetics_canary":       {"name": lowercase("name", 21)},
	"aws_wafv2_ip_set":            {"name": named(128)},
	"aws_wafv2_regex_pattern_set": {"name": named(128)},
	"aws_wafv2_web_acl":           {"name": named(128), "rule": nested(fields{"statement": nested(statement(4))})},
}

// functionFields are the same for functions.
var functionFields = map[string]fields{
	"aws_eks_cluster":     {"vpc_config": {Name: "vpcConfig", MaxItemsOne: tfbridge.True()}},
	"aws_lb":              {"access_logs": {Name: "accessLogs", MaxItemsOne: tfbridge.True()}},
	"aws_lb_target_group": {"health_check": {Name: "healthCheck", MaxItemsOne: tfbridge.True()}, "stickiness": {Name: "stickiness", MaxItemsOne: tfbridge.True()}},
}

// statement is a rule of a web ACL, which holds others: one in a "not", where Terraform has a list.
func statement(depth int) fields {
	if depth == 0 {
		return nil
	}
	inner := nested(statement(depth - 1))
	list := func(name string) *tfbridge.SchemaInfo { return nested(fields{name: inner}) }
	return fields{
		"and_statement":                list("statement"),
		"or_statement":                 list("statement"),
		"not_statement":                nested(fields{"statement": {Name: "statement", MaxItemsOne: tfbridge.True(), Elem: inner.Elem}}),
		"rate_based_statement":         list("scope_down_statement"),
		"managed_rule_group_statement": list("scope_down_statement"),
	}
}

// nested says something of the properties inside a block.
func nested(inner fields) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Elem: &tfbridge.SchemaInfo{Fields: inner}}
}

func renamed(name string) *tfbridge.SchemaInfo { return &tfbridge.SchemaInfo{Name: name} }

// many keeps a list where Terraform allows one only.
func many(name string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Name: name, MaxItemsOne: tfbridge.False()}
}

// typed gives a type to what Terraform keeps as text, to tell "unset" from "false" or "0".
func typed(kind string) *tfbridge.SchemaInfo { return &tfbridge.SchemaInfo{Type: tokens.Type(kind)} }

// document takes an object as well as its JSON text.
func document() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Transform: tfbridge.TransformJSONDocument}
}

// file takes one of Pulumi's assets and hands its path on.
func file() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Asset: &tfbridge.AssetTranslation{Kind: tfbridge.FileAsset}}
}

// managed is the description of what was given none.
func managed() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{Value: "Managed by Pulumi"}}
}

// key is an object's, which is that of the resource where none is given.
func key() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{From: tfbridge.FromName(tfbridge.AutoNameOptions{})}}
}

// queueName makes names that end as those of ordered queues and topics must.
func queueName(ordered resource.PropertyKey) *tfbridge.SchemaInfo {
	return tfbridge.AutoNameWithCustomOptions("name", tfbridge.AutoNameOptions{
		Separator: "-", Maxlen: 75, Randlen: 7,
		PostTransform: func(made *tfbridge.PulumiResource, name string) (string, error) {
			if value := made.Properties[ordered]; value.IsBool() && value.BoolValue() {
				name += ".fifo"
			}
			return name, nil
		},
	})
}

// named makes names for those who give none, of at most so many characters.
func named(limit int) *tfbridge.SchemaInfo { return tfbridge.AutoName("name", limit, "-") }

// lowercase makes names for services that refuse capital letters.
func lowercase(property string, limit int) *tfbridge.SchemaInfo {
	return tfbridge.AutoNameTransform(property, limit, strings.ToLower)
}
