"""MiniStack's WAF has no logging configurations."""

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import waf

from emulator.patching import Refusal, add_operations, keep_also

_configurations = AccountRegionScopedDict()


def put(request):
    configuration = request["LoggingConfiguration"]
    arn = configuration["ResourceArn"]
    if all(acl["ARN"] != arn for acl in waf._web_acls.values()):
        raise Refusal("WAFNonexistentItemException", f"AWS WAF couldn't perform the operation because {arn} doesn't exist.")
    kept = {"ManagedByFirewallManager": False, "LogType": "WAF_LOGS", "LogScope": "CUSTOMER", **configuration}
    _configurations[arn] = kept
    return {"LoggingConfiguration": kept}


def get(request):
    configuration = _configurations.get(request["ResourceArn"])
    if configuration is None:
        raise Refusal("WAFNonexistentItemException", "The web ACL has no logging configuration.")
    return {"LoggingConfiguration": configuration}


def delete(request):
    get(request)
    del _configurations[request["ResourceArn"]]


def close():
    keep_also(waf, {"logging_configurations": _configurations})
    add_operations(
        waf,
        {
            "PutLoggingConfiguration": put,
            "GetLoggingConfiguration": get,
            "DeleteLoggingConfiguration": delete,
            "ListLoggingConfigurations": lambda request: {"LoggingConfigurations": list(_configurations.values())},
        },
    )
