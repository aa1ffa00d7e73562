"""
MiniStack deletes a load balancer that is protected, leaves its listeners, rules and web ACL behind, and deletes target groups to which
they lead. In AWS protection refuses, and what belongs to a load balancer goes with it.
"""

from ministack.services import alb, waf

from emulator.patching import replace


def close():
    delete_balancer = alb._delete_lb
    delete_group = alb._delete_tg

    def delete_lb(params):
        arn = alb._p(params, "LoadBalancerArn")
        if is_protected(arn):
            message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            return alb._error("OperationNotPermitted", message)
        for listener in listeners_of(arn):
            alb._delete_listener({"ListenerArn": [listener]})
        waf._associations.pop(arn, None)
        return delete_balancer(params)

    def delete_tg(params):
        arn = alb._p(params, "TargetGroupArn")
        if arn in alb._tgs and is_used(arn):
            return alb._error("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
        return delete_group(params)

    replace(alb, "_delete_lb", delete_lb)
    replace(alb, "_delete_tg", delete_tg)


def is_protected(arn):
    attributes = {each["Key"]: each["Value"] for each in alb._lb_attrs.get(arn) or []}
    return arn in alb._lbs and attributes.get("deletion_protection.enabled") == "true"


def listeners_of(arn):
    return [name for name, listener in alb._listeners.items() if listener.get("LoadBalancerArn") == arn]


def is_used(group):
    """Whether an action of a listener or rule leads to a target group."""
    actions = [action for listener in alb._listeners.values() for action in listener.get("DefaultActions", [])]
    actions += [action for rule in alb._rules.values() for action in rule.get("Actions", [])]
    return any(leads_to(action, group) for action in actions)


def leads_to(action, group):
    weighted = action.get("ForwardConfig")
    groups = weighted if isinstance(weighted, list) else []
    return action.get("TargetGroupArn") == group or any(each["TargetGroupArn"] == group for each in groups)
