"""
MiniStack takes a rule for every protocol with ports for another rule than one without, so that a group's first way out (to
everywhere, which the plugin takes away by ports 0 to 0) stays; and it forgets the prefix list that a rule leads to. In AWS ports mean
nothing where the protocol is -1, and a prefix list reads back.
"""

from xml.sax.saxutils import escape

from ministack.services import ec2

from emulator.patching import replace


def close():
    parse = ec2._parse_ip_permissions
    describe = ec2._sg_rule_xml

    def parse_ip_permissions(params, prefix):
        rules = parse(params, prefix)
        for number, rule in enumerate(rules, start=1):
            rule["PrefixListIds"] = prefix_lists(params, f"{prefix}.{number}.PrefixListIds") or rule["PrefixListIds"]
            if rule["IpProtocol"] == "-1":
                rule.pop("FromPort", None)
                rule.pop("ToPort", None)
        return rules

    def sg_rule_xml(group_id, rule, is_egress=False):
        text = describe(group_id, rule, is_egress=is_egress)
        lists = rule.get("PrefixListIds") or []
        if not lists:
            return text
        return text.replace("</item>", f"<prefixListId>{escape(lists[0]['PrefixListId'])}</prefixListId></item>")

    replace(ec2, "_parse_ip_permissions", parse_ip_permissions)
    replace(ec2, "_sg_rule_xml", sg_rule_xml)


def prefix_lists(params, prefix):
    found = []
    while ec2._p(params, f"{prefix}.{len(found) + 1}.PrefixListId"):
        each = f"{prefix}.{len(found) + 1}"
        entry = {"PrefixListId": ec2._p(params, f"{each}.PrefixListId")}
        if ec2._p(params, f"{each}.Description"):
            entry["Description"] = ec2._p(params, f"{each}.Description")
        found.append(entry)
    return found
