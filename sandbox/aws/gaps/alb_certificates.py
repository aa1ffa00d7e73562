"""
MiniStack's listeners take any certificate, and have no further ones beside the first. In AWS a certificate has to be there, and a listener
has as many as it has names to answer for.
"""

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import acm, alb

from emulator.patching import after, is_success, keep_also, replace

# Further certificates by listener.
_further = AccountRegionScopedDict()


def close():
    keep_also(alb, {"further_certificates": _further})
    for name in ("_create_listener", "_modify_listener"):
        replace(alb, name, with_known(getattr(alb, name)))
    after(alb, "_delete_listener", forget)
    alb._ACTION_MAP["AddListenerCertificates"] = with_known(add)
    alb._ACTION_MAP["RemoveListenerCertificates"] = take_away
    alb._ACTION_MAP["DescribeListenerCertificates"] = describe


def with_known(operation):
    """Refuses certificates of ACM that are not there; those of IAM's are not looked for."""

    def checked(params):
        for arn in alb._parse_certificate_arns(params):
            if ":acm:" in arn and arn not in acm._certificates:
                return alb._error("CertificateNotFound", f"Certificate '{arn}' not found")
        return operation(params)

    return checked


def forget(answer, params):
    if is_success(answer):
        _further.pop(alb._p(params, "ListenerArn"), None)
    return answer


def add(params):
    arn = alb._p(params, "ListenerArn")
    if arn not in alb._listeners:
        return alb._error("ListenerNotFound", f"Listener '{arn}' not found")
    kept = _further.get(arn, [])
    _further[arn] = [*kept, *(each for each in alb._parse_certificate_arns(params) if each not in kept)]
    return alb._xml(200, "AddListenerCertificates", f"<Certificates>{members(_further[arn], False)}</Certificates>")


def take_away(params):
    gone = alb._parse_certificate_arns(params)
    arn = alb._p(params, "ListenerArn")
    _further[arn] = [each for each in _further.get(arn, []) if each not in gone]
    return alb._empty("RemoveListenerCertificates")


def describe(params):
    arn = alb._p(params, "ListenerArn")
    listener = alb._listeners.get(arn)
    if listener is None:
        return alb._error("ListenerNotFound", f"Listener '{arn}' not found")
    first = listener.get("Certificates", [])
    further = [each for each in _further.get(arn, []) if each not in first]
    content = members(first, True) + members(further, False)
    return alb._xml(200, "DescribeListenerCertificates", f"<Certificates>{content}</Certificates>")


def members(arns, is_default):
    flag = str(is_default).lower()
    return "".join(f"<member><CertificateArn>{arn}</CertificateArn><IsDefault>{flag}</IsDefault></member>" for arn in arns)
