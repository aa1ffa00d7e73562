"""
MiniStack tells an owner of associations that have none, keeps whether a role is there to itself, and does not tell their tags when these
were changed. It also knows no association that belongs to an add-on.
"""

import json
import re

from ministack.core.responses import get_account_id
from ministack.services import eks, iam

from emulator.patching import Refusal
from emulator.rest import add_routes
from gaps import eks_clusters


def close():
    add_routes(
        eks,
        [
            ("POST", "/clusters/([^/]+)/pod-identity-associations", create),
            ("GET", "/clusters/([^/]+)/pod-identity-associations/([^/]+)", describe),
            ("POST", "/clusters/([^/]+)/pod-identity-associations/([^/]+)", update),
            ("DELETE", "/clusters/([^/]+)/pod-identity-associations/([^/]+)", delete),
        ],
    )


def find(cluster, association_id):
    association = eks._pod_identity_associations.get(eks._pia_key(cluster, association_id))
    if association is None:
        message = f"Association ID {association_id} was not found in cluster {cluster}."
        raise Refusal("ResourceNotFoundException", message, 404)
    return association


def shown(association):
    tags = eks._tags.get(association["associationArn"], {})
    return {"association": {name: value for name, value in association.items() if value != ""} | {"tags": tags}}


def check_role(arn):
    """A role of this account has to be there; of another account's nobody knows here."""
    named = re.fullmatch(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)", arn or "")
    if named is None or (named[1] == get_account_id() and named[2] not in iam._roles):
        raise Refusal("InvalidParameterException", "Role provided in the request does not exist.")


def create(request, cluster):
    eks_clusters.find(cluster)
    return shown(add(cluster, request.body))


def add(cluster, asked, owner=None):
    check_role(asked.get("roleArn"))
    status, _, body = eks._create_pod_identity_association(cluster, asked)
    if status >= 400:
        content = json.loads(body)
        raise Refusal(content["__type"], content["message"], status)
    association = find(cluster, json.loads(body)["association"]["associationId"])
    if owner:
        association["ownerArn"] = owner
    return association


def remove(cluster, association_id):
    association = eks._pod_identity_associations.pop(eks._pia_key(cluster, association_id), {})
    eks._tags.pop(association.get("associationArn", ""), None)


def describe(_request, cluster, association_id):
    return shown(find(cluster, association_id))


def update(request, cluster, association_id):
    association = find(cluster, association_id)
    if request.body.get("roleArn"):
        check_role(request.body["roleArn"])
    eks._update_pod_identity_association(cluster, association_id, request.body)
    if request.body.get("targetRoleArn") == "":
        association.pop("targetRoleArn", None)
        association.pop("externalId", None)
    return shown(association)


def delete(_request, cluster, association_id):
    association = find(cluster, association_id)
    if association.get("ownerArn"):
        message = f"Association {association_id} is owned by {association['ownerArn']}; change it there."
        raise Refusal("InvalidRequestException", message)
    content = shown(association)
    remove(cluster, association_id)
    return content
