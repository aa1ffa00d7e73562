"""MiniStack forgets the address of a NAT gateway. In AWS it reads back."""

import re

from ministack.services import ec2

from emulator.patching import after


def close():
    for operation in ("_create_nat_gateway", "_describe_nat_gateways"):
        after(ec2, operation, tell_addresses)


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
