"""
MiniStack forgets the weighted target groups of a listener or a rule, and puts every load balancer into one zone of the default VPC.
In AWS the groups read back with their weights, and a load balancer is where its subnets are.
"""

import re

from ministack.services import alb, ec2

from emulator.patching import replace


def close():
    parse = alb._parse_actions
    describe_action = alb._action_xml
    describe_balancer = alb._lb_xml

    def parse_actions(params, prefix="DefaultActions"):
        actions = parse(params, prefix)
        for number, action in enumerate(actions, start=1):
            groups = weighted_groups(params, f"{prefix}.member.{number}.ForwardConfig.TargetGroups")
            if groups:
                action["ForwardConfig"] = groups
                # What answers requests here knows one group: that with the most weight.
                action["_Heaviest"] = max(groups, key=lambda group: group["Weight"])["TargetGroupArn"]
        return actions

    def action_xml(action):
        text = describe_action(action)
        groups = action.get("ForwardConfig")
        return text.replace("</member>", f"{forward_xml(groups)}</member>") if groups else text

    def lb_xml(balancer):
        text = describe_balancer({**balancer, "VpcId": vpc_of(balancer)})
        return re.sub(
            r"<ZoneName>[^<]*</ZoneName><SubnetId>([^<]*)</SubnetId>",
            lambda found: f"<ZoneName>{zone_of(found[1])}</ZoneName><SubnetId>{found[1]}</SubnetId>",
            text,
        )

    replace(alb, "_parse_actions", parse_actions)
    replace(alb, "_action_xml", action_xml)
    replace(alb, "_lb_xml", lb_xml)
    answer_by_weight()


def answer_by_weight():
    execute = alb._execute_action

    async def execute_action(action, *request):
        return await execute({"TargetGroupArn": action.get("_Heaviest", ""), **action}, *request)

    replace(alb, "_execute_action", execute_action)


def weighted_groups(params, prefix):
    found = []
    while alb._p(params, f"{prefix}.member.{len(found) + 1}.TargetGroupArn"):
        each = f"{prefix}.member.{len(found) + 1}"
        weight = int(alb._p(params, f"{each}.Weight", "1") or 1)
        found.append({"TargetGroupArn": alb._p(params, f"{each}.TargetGroupArn"), "Weight": weight})
    return found


def forward_xml(groups):
    members = "".join(
        f"<member><TargetGroupArn>{group['TargetGroupArn']}</TargetGroupArn><Weight>{group['Weight']}</Weight></member>"
        for group in groups
    )
    return (
        f"<ForwardConfig><TargetGroups>{members}</TargetGroups>"
        "<TargetGroupStickinessConfig><Enabled>false</Enabled></TargetGroupStickinessConfig></ForwardConfig>"
    )


def vpc_of(balancer):
    subnets = [ec2._subnets[name] for name in balancer.get("Subnets", []) if name in ec2._subnets]
    return subnets[0]["VpcId"] if subnets else balancer.get("VpcId", "")


def zone_of(subnet_id):
    return (ec2._subnets.get(subnet_id) or {}).get("AvailabilityZone", "")
