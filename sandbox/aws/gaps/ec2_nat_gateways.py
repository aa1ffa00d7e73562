"""MiniStack forgets the address of a NAT gateway, and knows none that spans a region. In AWS there are both."""

import re

from ministack.services import ec2

from emulator.patching import after, is_success, replace


def close():
    for operation in ("_create_nat_gateway", "_describe_nat_gateways"):
        after(ec2, operation, tell_addresses)
        after(ec2, operation, tell_modes)
    replace(ec2, "_create_nat_gateway", with_regional(ec2._create_nat_gateway))


def with_regional(create):
    """A regional gateway belongs to a VPC and to no subnet; MiniStack wants one, which is taken away again."""

    def create_nat_gateway(params):
        if ec2._p(params, "AvailabilityMode") != "regional":
            return create(params)
        vpc = ec2._p(params, "VpcId")
        if vpc not in ec2._vpcs:
            return ec2._error("InvalidVpcID.NotFound", f"The vpc ID '{vpc}' does not exist", 400)
        before = set(ec2._nat_gateways.keys())
        answer = create({**params, "SubnetId": [f"regional-{vpc}"]})
        if not is_success(answer):
            return answer
        for name in set(ec2._nat_gateways.keys()) - before:
            ec2._nat_gateways[name].update(SubnetId="", VpcId=vpc, AvailabilityMode="regional")
        return tell_modes(answer, params)

    return create_nat_gateway


def tell_modes(answer, _params):
    status, headers, body = answer
    text = body.decode() if isinstance(body, bytes) else body
    pattern = r"(<natGatewayId>([^<]+)</natGatewayId>)((?:(?!<natGatewayId>).)*)"
    told = re.sub(pattern, lambda found: found[1] + mode_of(found[2]) + placed(found[2], found[3]), text, flags=re.DOTALL)
    return status, headers, told.encode()


def mode_of(gateway_id):
    mode = (ec2._nat_gateways.get(gateway_id) or {}).get("AvailabilityMode", "zonal")
    return f"<availabilityMode>{mode}</availabilityMode>"


def placed(gateway_id, rest):
    """The place of a regional one; an answer that was told already stays as it is."""
    rest = re.sub(r"^<availabilityMode>[^<]*</availabilityMode>", "", rest)
    gateway = ec2._nat_gateways.get(gateway_id) or {}
    if gateway.get("AvailabilityMode") != "regional":
        return rest
    rest = re.sub(r"<subnetId>[^<]*</subnetId>", "", rest)
    return re.sub(r"<vpcId>[^<]*</vpcId>", f"<vpcId>{gateway['VpcId']}</vpcId>", rest)


def tell_addresses(answer, _params):
    status, headers, body = answer
    text = body.decode() if isinstance(body, bytes) else body
    # Each gateway's id comes before its empty list of addresses.
    pattern = r"(<natGatewayId>([^<]+)</natGatewayId>(?:(?!<natGatewayId>).)*?)<natGatewayAddressSet/>"
    told = re.sub(pattern, lambda found: found[1] + addresses_of(found[2]), text, flags=re.DOTALL)
    return status, headers, told.encode()


def addresses_of(gateway_id):
    allocation_id = (ec2._nat_gateways.get(gateway_id) or {}).get("AllocationId")
    address = ec2._addresses.get(allocation_id) if allocation_id else None
    if not address:
        return "<natGatewayAddressSet/>"
    return (
        f"<natGatewayAddressSet><item><allocationId>{allocation_id}</allocationId>"
        f"<publicIp>{address.get('PublicIp', '')}</publicIp><isPrimary>true</isPrimary><status>succeeded</status>"
        "</item></natGatewayAddressSet>"
    )
