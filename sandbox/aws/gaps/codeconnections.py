"""
MiniStack has no CodeConnections. Connections and their tags are kept. In AWS a connection stays PENDING until somebody
agrees to it in the console; here it is AVAILABLE at once, as after that.
"""

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region, new_uuid

from emulator.patching import Refusal
from emulator.service import Stores, add_service

_connections = AccountRegionScopedDict()
_tags = AccountRegionScopedDict()


def the_connection(arn):
    connection = _connections.get(arn)
    if connection is None:
        raise Refusal("ResourceNotFoundException", f"Connection {arn} not found")
    return connection


def create_connection(request):
    if any(known["ConnectionName"] == request["ConnectionName"] for known in _connections.values()):
        raise Refusal("InvalidInputException", f"A connection named {request['ConnectionName']} exists.")
    arn = f"arn:aws:codeconnections:{get_region()}:{get_account_id()}:connection/{new_uuid()}"
    _connections[arn] = {
        "ConnectionName": request["ConnectionName"],
        "ConnectionArn": arn,
        "ProviderType": request.get("ProviderType", "GitHub"),
        "OwnerAccountId": get_account_id(),
        "ConnectionStatus": "AVAILABLE",
    }
    _tags[arn] = {tag["Key"]: tag["Value"] for tag in request.get("Tags", [])}
    return {"ConnectionArn": arn, "Tags": listed(arn)}


def delete_connection(request):
    the_connection(request["ConnectionArn"])
    del _connections[request["ConnectionArn"]]
    _tags.pop(request["ConnectionArn"], None)


def listed(arn):
    return [{"Key": key, "Value": value} for key, value in (_tags.get(arn) or {}).items()]


def tag_resource(request):
    arn = the_connection(request["ResourceArn"])["ConnectionArn"]
    _tags[arn] = {**(_tags.get(arn) or {}), **{tag["Key"]: tag["Value"] for tag in request["Tags"]}}


def untag_resource(request):
    arn = the_connection(request["ResourceArn"])["ConnectionArn"]
    _tags[arn] = {key: value for key, value in (_tags.get(arn) or {}).items() if key not in request["TagKeys"]}


def close():
    add_service(
        "codeconnections",
        "codeconnections",
        ["CodeConnections_20231201.", "com.amazonaws.codestar.connections.CodeStar_connections_20191201."],
        {
            "CreateConnection": create_connection,
            "GetConnection": lambda request: {"Connection": the_connection(request["ConnectionArn"])},
            "ListConnections": lambda request: {"Connections": list(_connections.values())},
            "DeleteConnection": delete_connection,
            "ListTagsForResource": lambda request: {"Tags": listed(the_connection(request["ResourceArn"])["ConnectionArn"])},
            "TagResource": tag_resource,
            "UntagResource": untag_resource,
        },
        Stores(connections=_connections, tags=_tags),
        aliases=("codestar-connections",),
    )
