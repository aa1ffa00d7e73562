"""
MiniStack leaves a gateway endpoint out of the route tables that it serves. In AWS each of them has a route for the service's
prefix list as long as the endpoint is there.
"""

from ministack.services import ec2

from emulator.patching import replace


def close():
    describe = ec2._rtb_fields_xml

    def rtb_fields_xml(table, tag="item"):
        routes = "".join(routes_of(table["RouteTableId"]))
        return describe(table, tag).replace("</routeSet>", f"{routes}</routeSet>", 1)

    replace(ec2, "_rtb_fields_xml", rtb_fields_xml)


def routes_of(table_id):
    for endpoint in ec2._vpc_endpoints.values():
        if endpoint.get("VpcEndpointType") == "Gateway" and table_id in endpoint.get("RouteTableIds", []):
            yield (
                f"<item><destinationPrefixListId>{prefix_list_of(endpoint['ServiceName'])}</destinationPrefixListId>"
                f"<gatewayId>{endpoint['VpcEndpointId']}</gatewayId><state>active</state><origin>CreateRoute</origin></item>"
            )


def prefix_list_of(service_name):
    return next((each["PrefixListId"] for each in ec2._get_aws_managed_prefix_lists() if each["PrefixListName"] == service_name), "")
