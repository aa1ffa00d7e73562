"""MiniStack forgets most of a VPC endpoint: its policy, its private names, its security groups. In AWS all of it reads back."""

import json
import time
from xml.sax.saxutils import escape

from ministack.services import ec2

from emulator.patching import after, is_success, replace

# What AWS gives an endpoint without a policy (VPC Guide, "Default endpoint policy").
FULL_ACCESS = json.dumps(
    {"Version": "2008-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
)


def close():
    describe = ec2._vpce_fields_xml

    def fields_xml(endpoint, tag="item"):
        end = f"</{tag}>"
        return describe(endpoint, tag).rstrip().removesuffix(end) + more_fields(endpoint) + end

    replace(ec2, "_vpce_fields_xml", fields_xml)
    create = ec2._create_vpc_endpoint

    def create_vpc_endpoint(p):
        before = set(ec2._vpc_endpoints.keys())
        answer = create(p)
        for name in set(ec2._vpc_endpoints.keys()) - before:
            endpoint = ec2._vpc_endpoints[name]
            endpoint["_created"] = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
            endpoint["Groups"] = ec2._parse_member_list(p, "SecurityGroupId")
            set_options(endpoint, p)
            return ec2._xml(200, "CreateVpcEndpointResponse", ec2._vpce_fields_xml(endpoint, tag="vpcEndpoint"))
        return answer

    replace(ec2, "_create_vpc_endpoint", create_vpc_endpoint)
    after(ec2, "_modify_vpc_endpoint", change)


def change(answer, p):
    endpoint = ec2._vpc_endpoints.get(ec2._p(p, "VpcEndpointId"))
    if not is_success(answer) or not endpoint:
        return answer
    removed = ec2._parse_member_list(p, "RemoveSecurityGroupId")
    kept = [name for name in endpoint.get("Groups", []) if name not in removed]
    endpoint["Groups"] = [*kept, *(name for name in ec2._parse_member_list(p, "AddSecurityGroupId") if name not in kept)]
    if ec2._p(p, "ResetPolicy") == "true":
        endpoint["PolicyDocument"] = ""
    set_options(endpoint, p)
    return answer


def set_options(endpoint, p):
    if ec2._p(p, "PolicyDocument"):
        endpoint["PolicyDocument"] = ec2._p(p, "PolicyDocument")
    if ec2._p(p, "PrivateDnsEnabled"):
        endpoint["PrivateDnsEnabled"] = ec2._p(p, "PrivateDnsEnabled") == "true"
    for name in ("IpAddressType", "DnsOptions.DnsRecordIpType", "DnsOptions.PrivateDnsOnlyForInboundResolverEndpoint"):
        if ec2._p(p, name):
            endpoint[name] = ec2._p(p, name)


def more_fields(endpoint):
    interface = endpoint["VpcEndpointType"] == "Interface"
    private = str(endpoint.get("PrivateDnsEnabled", False)).lower()
    address = endpoint.get("IpAddressType", "ipv4")
    record_type = endpoint.get("DnsOptions.DnsRecordIpType", "ipv4" if interface else "service-defined")
    groups = "".join(
        f"<item><groupId>{name}</groupId><groupName>{escape(name_of(name))}</groupName></item>"
        for name in endpoint.get("Groups", [])
    )
    return (
        f"<policyDocument>{escape(endpoint.get('PolicyDocument') or FULL_ACCESS)}</policyDocument>"
        f"<privateDnsEnabled>{private}</privateDnsEnabled><requesterManaged>false</requesterManaged>"
        f"<groupSet>{groups}</groupSet><ipAddressType>{address}</ipAddressType>"
        f"<dnsOptions><dnsRecordIpType>{record_type}</dnsRecordIpType></dnsOptions>"
        f"<creationTimestamp>{endpoint.get('_created', '2026-01-01T00:00:00.000Z')}</creationTimestamp>"
    ) + (names_of(endpoint) if interface else "")


def name_of(group_id):
    return (ec2._security_groups.get(group_id) or {}).get("GroupName", group_id)


def names_of(endpoint):
    _, _, region, service = endpoint["ServiceName"].split(".", 3)
    name = f"{endpoint['VpcEndpointId']}-{endpoint['VpcEndpointId'][-8:]}.{service}.{region}.vpce.amazonaws.com"
    entry = f"<item><dnsName>{name}</dnsName><hostedZoneId>Z1YSA3EXCYUU9Z</hostedZoneId></item>"
    return f"<dnsEntrySet>{entry}</dnsEntrySet>"
