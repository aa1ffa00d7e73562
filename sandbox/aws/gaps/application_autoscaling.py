"""MiniStack has no Application Auto Scaling. Targets, policies, scheduled actions and tags are kept; nothing is scaled."""

import time

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid

from emulator.patching import Refusal
from emulator.service import Stores, add_service

_targets = AccountRegionScopedDict()
_policies = AccountRegionScopedDict()
_actions = AccountRegionScopedDict()
_tags = AccountRegionScopedDict()

# The role by which the service scales what belongs to another one (its user guide, "Service-linked roles").
ROLES = {"ecs": "ECSService", "rds": "RDSCluster", "elasticache": "ElastiCacheRG", "dynamodb": "DynamoDBTable"}


def key_of(request):
    return "|".join(request[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension"))


def arn_of(kind, name):
    return f"arn:aws:application-autoscaling:{get_region()}:{get_account_id()}:{kind}/{name}"


def role_of(namespace):
    kind = f"ApplicationAutoScaling_{ROLES.get(namespace, namespace)}"
    return (
        f"arn:aws:iam::{get_account_id()}:role/aws-service-role/{namespace}.application-autoscaling.amazonaws.com/"
        f"AWSServiceRoleFor{kind}"
    )


def the_target(request):
    target = _targets.get(key_of(request))
    if target is None:
        raise Refusal(
            "ObjectNotFoundException",
            f"No scalable target found for service namespace: {request['ServiceNamespace']}, resource ID: "
            f"{request['ResourceId']}, scalable dimension: {request['ScalableDimension']}",
        )
    return target


def register_scalable_target(request):
    key = key_of(request)
    target = _targets.get(key)
    if target is None:
        for name in ("MinCapacity", "MaxCapacity"):
            if name not in request:
                raise Refusal("ValidationException", f"{name} is required when a new scalable target is registered.")
        target = {name: request[name] for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")}
        target["RoleARN"] = role_of(request["ServiceNamespace"])
        target["CreationTime"] = time.time()
        target["ScalableTargetARN"] = arn_of("scalable-target", new_uuid().replace("-", "")[:32])
        target["SuspendedState"] = {
            "DynamicScalingInSuspended": False,
            "DynamicScalingOutSuspended": False,
            "ScheduledScalingSuspended": False,
        }
    low = request.get("MinCapacity", target.get("MinCapacity"))
    high = request.get("MaxCapacity", target.get("MaxCapacity"))
    if low > high:
        raise Refusal("ValidationException", "Maximum capacity cannot be less than minimum capacity")
    target.update(MinCapacity=low, MaxCapacity=high)
    target["SuspendedState"].update(request.get("SuspendedState", {}))
    _targets[key] = target
    if request.get("Tags"):
        _tags[target["ScalableTargetARN"]] = dict(request["Tags"])
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def deregister_scalable_target(request):
    target = the_target(request)
    key = key_of(request)
    del _targets[key]
    _tags.pop(target["ScalableTargetARN"], None)
    for store in (_policies, _actions):
        for name in [name for name in store if name.startswith(f"{key}|")]:
            del store[name]


def put_scaling_policy(request):
    the_target(request)
    key = f"{key_of(request)}|{request['PolicyName']}"
    policy = _policies.get(key) or {
        "PolicyARN": f"arn:aws:autoscaling:{get_region()}:{get_account_id()}:scalingPolicy:{new_uuid()}:resource/"
        f"{request['ServiceNamespace']}/{request['ResourceId']}:policyName/{request['PolicyName']}",
        "CreationTime": time.time(),
    }
    policy.update(request)
    policy.setdefault("PolicyType", "StepScaling")
    policy["Alarms"] = alarms_of(policy)
    _policies[key] = policy
    return {"PolicyARN": policy["PolicyARN"], "Alarms": policy["Alarms"]}


def alarms_of(policy):
    """Target tracking makes two alarms of its own; only their names are kept here."""
    if policy["PolicyType"] != "TargetTrackingScaling":
        return []
    names = [f"TargetTracking-{policy['ResourceId']}-Alarm{side}-{policy['PolicyARN'][-8:]}" for side in ("High", "Low")]
    prefix = f"arn:aws:cloudwatch:{get_region()}:{get_account_id()}:alarm:"
    return [{"AlarmName": name, "AlarmARN": prefix + name} for name in names]


def put_scheduled_action(request):
    the_target(request)
    key = f"{key_of(request)}|{request['ScheduledActionName']}"
    action = _actions.get(key) or {
        "ScheduledActionARN": f"arn:aws:autoscaling:{get_region()}:{get_account_id()}:scheduledAction:{new_uuid()}:resource/"
        f"{request['ServiceNamespace']}/{request['ResourceId']}:scheduledActionName/{request['ScheduledActionName']}",
        "CreationTime": time.time(),
    }
    action.update(request)
    _actions[key] = action


def forget(store, name_field):
    def operation(request):
        if store.pop(f"{key_of(request)}|{request[name_field]}", None) is None:
            raise Refusal("ObjectNotFoundException", f"No {name_field} {request[name_field]} was found.")

    return operation


def describe(store, answer_field, filters):
    def operation(request):
        chosen = store.values()
        for field, wanted_field, many in filters:
            wanted = request.get(wanted_field)
            if wanted:
                chosen = [item for item in chosen if (item[field] in wanted if many else item[field] == wanted)]
        return {answer_field: list(chosen)}

    return operation


def the_tags(arn):
    if all(target["ScalableTargetARN"] != arn for target in _targets.values()):
        raise Refusal("ResourceNotFoundException", f"The resource {arn} was not found.")
    return _tags.get(arn) or {}


def tag_resource(request):
    _tags[request["ResourceARN"]] = {**the_tags(request["ResourceARN"]), **request["Tags"]}


def untag_resource(request):
    kept = {key: value for key, value in the_tags(request["ResourceARN"]).items() if key not in request["TagKeys"]}
    _tags[request["ResourceARN"]] = kept


PLACE = [
    ("ServiceNamespace", "ServiceNamespace", False),
    ("ResourceId", "ResourceId", False),
    ("ScalableDimension", "ScalableDimension", False),
]
TARGETS = [PLACE[0], ("ResourceId", "ResourceIds", True), PLACE[2]]


def close():
    add_service(
        "application-autoscaling",
        "application_autoscaling",
        ["AnyScaleFrontendService."],
        {
            "RegisterScalableTarget": register_scalable_target,
            "DeregisterScalableTarget": deregister_scalable_target,
            "DescribeScalableTargets": describe(_targets, "ScalableTargets", TARGETS),
            "PutScalingPolicy": put_scaling_policy,
            "DeleteScalingPolicy": forget(_policies, "PolicyName"),
            "DescribeScalingPolicies": describe(
                _policies, "ScalingPolicies", [*PLACE, ("PolicyName", "PolicyNames", True)]
            ),
            "PutScheduledAction": put_scheduled_action,
            "DeleteScheduledAction": forget(_actions, "ScheduledActionName"),
            "DescribeScheduledActions": describe(
                _actions, "ScheduledActions", [*PLACE, ("ScheduledActionName", "ScheduledActionNames", True)]
            ),
            "DescribeScalingActivities": lambda request: {"ScalingActivities": []},
            "ListTagsForResource": lambda request: {"Tags": the_tags(request["ResourceARN"])},
            "TagResource": tag_resource,
            "UntagResource": untag_resource,
        },
        Stores(targets=_targets, policies=_policies, actions=_actions, tags=_tags),
    )
