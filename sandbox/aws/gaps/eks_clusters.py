"""
MiniStack runs clusters as k3s in Docker, or pretends. Here a cluster of EKS is a real Kubernetes of the sandbox, which the data plane
starts (`ensure-cluster`) and removes (`remove-cluster`); the description has its address and authority, and all that it was made with.

As in AWS: it is CREATING until it answers, a protected one is not deleted, and its security group comes and goes with it. In the
description of one that could not be started is why.
"""

import logging
import re
import secrets
import time

from ministack.core.iam_evaluator import resolve_caller_identity
from ministack.core.responses import _request_account_id, _request_region, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import eks

from emulator import data_plane
from emulator.patching import Refusal, after, replace
from emulator.rest import add_routes
from gaps import eks_access, eks_configuration, eks_security_group, eks_versions
from gaps.eks_load_balancers import remove_load_balancers

logger = logging.getLogger("gap.eks")

NAME = r"^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$"


def close():
    add_routes(
        eks,
        [
            ("POST", "/clusters", create),
            ("GET", "/clusters/([^/]+)", describe),
            ("DELETE", "/clusters/([^/]+)", delete),
        ],
    )
    # The groups of access entries mean something to the cluster itself; there is no k3s to be told.
    replace(eks, "_schedule_access_policy_reconcile", lambda *_arguments: None)
    after(eks, "load_persisted_state", start_restored)


def find(name):
    cluster = eks._clusters.get(name)
    if cluster is None:
        raise Refusal("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    return cluster


def shown(cluster):
    return {"cluster": {**eks._sanitize(cluster), "tags": eks._tags.get(cluster["arn"], {})}}


def describe(_request, name):
    return shown(find(name))


def create(request):
    asked = request.body
    name = asked.get("name", "")
    if not re.match(NAME, name):
        raise Refusal("InvalidParameterException", f"The cluster name '{name}' does not match {NAME[1:-1]}.")
    if name in eks._clusters:
        raise Refusal("ResourceInUseException", f"Cluster already exists with name: {name}", 409)
    cluster = record_of(asked)
    caller = resolve_caller_identity(extract_access_key_id(request.headers, {}))
    eks._clusters[name] = cluster
    eks._tags[cluster["arn"]] = dict(asked.get("tags") or {})
    eks_access.entries_of_new(cluster, asked, caller["userArn"] if caller else None)
    data_plane.in_background(bring_up, cluster)
    return shown(cluster)


def record_of(asked):
    """The cluster's record. Raises Refusal for what EKS does not take; the security group is made last."""
    name, version = asked["name"], asked.get("version") or eks_versions.DEFAULT
    eks_versions.check(version)
    network = eks_configuration.network_of(asked)
    described = {
        "name": name,
        "arn": eks._cluster_arn(name),
        "createdAt": time.time(),
        "version": version,
        "platformVersion": eks_versions.PLATFORMS[version],
        "roleArn": asked.get("roleArn", ""),
        "resourcesVpcConfig": network,
        "kubernetesNetworkConfig": eks_configuration.service_network_of(asked, network),
        "logging": eks_configuration.logging_of(asked),
        "accessConfig": eks_configuration.access_of(asked),
        "encryptionConfig": eks_configuration.encryption_of(asked),
        "identity": {"oidc": {"issuer": f"https://oidc.eks.{get_region()}.amazonaws.com/id/{secrets.token_hex(16).upper()}"}},
        "certificateAuthority": {},
        "health": {"issues": []},
        "status": "CREATING",
        **eks_configuration.auto_mode_of(asked),
        **eks_configuration.scalars_of(asked),
        **eks_configuration.optional_of(asked),
        # Of letters, digits and dashes, and another for a cluster that is made anew under a name that there was.
        "_id": f"{re.sub('[^a-z0-9]+', '-', name.lower())[:40].strip('-')}-{secrets.token_hex(4)}",
    }
    network["clusterSecurityGroupId"] = eks_security_group.create(name, network["vpcId"], secrets.randbelow(10**9))
    return described


def bring_up(cluster):
    """Makes a Kubernetes be there as the record says, and tells where."""
    try:
        answer = data_plane.order("ensure-cluster", **order_of(cluster))
    except (RuntimeError, OSError) as error:
        return note_failure(cluster, error, fatal=cluster["status"] == "CREATING")
    cluster["endpoint"] = answer["endpoint"]
    cluster["certificateAuthority"] = {"data": answer["certificateAuthority"]}
    cluster["health"] = {"issues": []}
    if cluster["status"] in ("CREATING", "FAILED", "UPDATING"):
        cluster["status"] = "ACTIVE"


def note_failure(cluster, error, fatal):
    logger.error("cluster %s: %s", cluster["name"], error)
    cluster["health"] = {"issues": [{"code": "InternalFailure", "message": str(error), "resourceIds": [cluster["name"]]}]}
    if fatal:
        cluster["status"] = "FAILED"


def order_of(cluster):
    _, _, _, region, account, _ = cluster["arn"].split(":", 5)
    return {
        "id": cluster["_id"],
        "name": cluster["name"],
        "account": account,
        "region": region,
        "version": cluster["version"],
        "zones": eks_configuration.zones_of(cluster["resourcesVpcConfig"]),
    }


def delete(_request, name):
    cluster = find(name)
    if cluster["status"] in ("ACTIVE", "UPDATING") and cluster["deletionProtection"]:
        raise Refusal(
            "InvalidRequestException",
            f"Cluster {name} has deletion protection enabled. Disable deletion protection before deleting the cluster.",
        )
    if any(key.startswith(f"{name}/") for key in eks._nodegroups):
        raise Refusal("ResourceInUseException", "Cluster has nodegroups attached", 409)
    cluster["status"] = "DELETING"
    data_plane.in_background(take_down, cluster)
    return shown(cluster)


def take_down(cluster):
    """Removes a cluster and what AWS made for it. Its record goes last, so that whoever sees it gone may delete its network."""
    name = cluster["name"]
    try:
        data_plane.order("remove-cluster", id=cluster["_id"])
    except (RuntimeError, OSError) as error:
        return note_failure(cluster, error, fatal=True)
    remove_load_balancers(name)
    eks_security_group.remove(cluster["resourcesVpcConfig"]["clusterSecurityGroupId"])
    for store, separator in CHILDREN:
        for key in [key for key in store.keys() if key.startswith(f"{name}{separator}")]:
            record = store.pop(key, {})
            for arn in ("addonArn", "accessEntryArn", "associationArn"):
                eks._tags.pop(record.get(arn, ""), None)
    eks._tags.pop(cluster["arn"], None)
    eks._clusters.pop(name, None)


CHILDREN = (
    (eks._addons, "/"),
    (eks._access_entries, "\x00"),
    (eks._access_policies, "\x00"),
    (eks._pod_identity_associations, "\x00"),
    (eks._idp_configs, "\x00"),
)


def start_restored(answer, _data):
    """After a start of MiniStack each cluster is ordered again, and a removal that was interrupted goes on."""
    for (account, region, _name), cluster in eks._clusters.all_items():
        action = take_down if cluster["status"] == "DELETING" else bring_up
        data_plane.in_background(within, account, region, action, cluster)
    return answer


def within(account, region, action, cluster):
    """Does something in an account and a region; no request said in which."""
    _request_account_id.set(account)
    _request_region.set(region)
    action(cluster)
