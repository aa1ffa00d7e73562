"""MiniStack forgets a flow log's role, its interval, its format and its first tags. In AWS all of it reads back."""

import re
from xml.sax.saxutils import escape

from ministack.services import ec2

from emulator.patching import replace

# The format that AWS takes by itself (VPC Guide, "Flow log records").
DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} "
    "${bytes} ${start} ${end} ${action} ${log-status}"
)


def close():
    create = ec2._create_flow_logs
    describe = ec2._describe_flow_logs

    def create_flow_logs(p):
        before = set(ec2._flow_logs.keys())
        answer = create(p)
        for name in set(ec2._flow_logs.keys()) - before:
            ec2._flow_logs[name].update(
                Role=ec2._p(p, "DeliverLogsPermissionArn"),
                CrossAccountRole=ec2._p(p, "DeliverCrossAccountRole"),
                Interval=ec2._p(p, "MaxAggregationInterval") or "600",
                Format=ec2._p(p, "LogFormat") or DEFAULT_FORMAT,
                GroupName=ec2._p(p, "LogGroupName") or group_of(ec2._flow_logs[name]),
            )
            # MiniStack looks for tags of a "flow-log".
            ec2._parse_tag_specs(p, "vpc-flow-log", name)
        return answer

    def describe_flow_logs(p):
        status, headers, body = describe(p)
        text = re.sub(r"(<flowLogId>([^<]+)</flowLogId>)", lambda found: found[1] + more_fields(found[2]), body.decode())
        return status, headers, text.encode()

    replace(ec2, "_create_flow_logs", create_flow_logs)
    replace(ec2, "_describe_flow_logs", describe_flow_logs)


def group_of(flow_log):
    destination = flow_log.get("LogDestination") or ""
    return destination.split(":log-group:")[-1].removesuffix(":*") if ":log-group:" in destination else ""


def more_fields(flow_log_id):
    flow_log = ec2._flow_logs[flow_log_id]
    fields = {
        "deliverLogsPermissionArn": flow_log.get("Role"),
        "deliverCrossAccountRole": flow_log.get("CrossAccountRole"),
        "maxAggregationInterval": flow_log.get("Interval"),
        "logFormat": flow_log.get("Format"),
        "logGroupName": flow_log.get("GroupName"),
        "deliverLogsStatus": "SUCCESS",
    }
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items() if value)
