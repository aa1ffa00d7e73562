"""MiniStack's EKS changes nothing about a cluster that there is. In AWS a change is an update with an id, which can be asked how it goes."""

import json
import time

from ministack.core.responses import AccountRegionScopedDict, new_uuid
from ministack.services import eks

from emulator import data_plane
from emulator.patching import Refusal, keep_also
from emulator.rest import add_routes
from gaps import eks_access, eks_clusters, eks_configuration, eks_versions

# Updates by "cluster/id".
_updates = AccountRegionScopedDict()


def close():
    keep_also(eks, {"updates": _updates})
    add_routes(
        eks,
        [
            ("POST", "/clusters/([^/]+)/update-config", update_configuration),
            ("POST", "/clusters/([^/]+)/updates", update_version),
            ("GET", "/clusters/([^/]+)/updates", list_updates),
            ("GET", "/clusters/([^/]+)/updates/([^/]+)", describe_update),
            ("POST", "/clusters/([^/]+)/encryption-config/associate", associate_encryption),
        ],
    )


def record(cluster, kind, parameters, status="Successful"):
    """Notes an update. Returns it as it is shown."""
    update = {
        "id": new_uuid(),
        "status": status,
        "type": kind,
        "params": [{"type": name, "value": value} for name, value in parameters.items()],
        "createdAt": time.time(),
        "errors": [],
    }
    _updates[f"{cluster}/{update['id']}"] = update
    return update


def find_to_change(name):
    cluster = eks_clusters.find(name)
    if cluster["status"] != "ACTIVE":
        raise Refusal("ResourceInUseException", f"Cluster {name} currently has an update in progress", 409)
    return cluster


# What each part of a request changes: the kind of the update and the cluster's new values.
def changed_network(before, asked):
    network = before["resourcesVpcConfig"]
    wanted = {**network, **asked["resourcesVpcConfig"]}
    return {"resourcesVpcConfig": {**network, **eks_configuration.network_of({"resourcesVpcConfig": wanted})}}


def changed_auto_mode(before, asked):
    balancing = {"elasticLoadBalancing": {}, **(asked.get("kubernetesNetworkConfig") or {})}["elasticLoadBalancing"] or {}
    network = {**before["kubernetesNetworkConfig"], "elasticLoadBalancing": {"enabled": bool(balancing.get("enabled", False))}}
    return {**eks_configuration.auto_mode_of(asked, before), "kubernetesNetworkConfig": network}


PARTS = {
    "logging": ("LoggingUpdate", lambda b, a: {"logging": eks_configuration.changed_logging(b["logging"], a)}),
    "resourcesVpcConfig": ("VpcConfigUpdate", changed_network),
    "accessConfig": ("AccessConfigUpdate", lambda b, a: {"accessConfig": eks_configuration.changed_access(b["accessConfig"], a)}),
    "upgradePolicy": ("UpgradePolicyUpdate", lambda _, a: {"upgradePolicy": a["upgradePolicy"]}),
    "zonalShiftConfig": ("ZonalShiftConfigUpdate", lambda _, a: {"zonalShiftConfig": a["zonalShiftConfig"]}),
    "deletionProtection": ("DeletionProtectionUpdate", lambda _, a: {"deletionProtection": a["deletionProtection"]}),
    "controlPlaneScalingConfig": (
        "ControlPlaneScalingConfigUpdate",
        lambda _, a: {"controlPlaneScalingConfig": a["controlPlaneScalingConfig"]},
    ),
    "remoteNetworkConfig": ("RemoteNetworkConfigUpdate", lambda _, a: {"remoteNetworkConfig": a["remoteNetworkConfig"]}),
    "computeConfig": ("AutoModeUpdate", changed_auto_mode),
    "storageConfig": ("AutoModeUpdate", changed_auto_mode),
    "kubernetesNetworkConfig": ("AutoModeUpdate", changed_auto_mode),
}


def update_configuration(request, name):
    cluster = find_to_change(name)
    asked = {part: value for part, value in request.body.items() if part in PARTS and value is not None}
    kinds = {PARTS[part][0] for part in asked}
    if not kinds:
        raise Refusal("InvalidParameterException", "The type for cluster update was not provided.")
    if len(kinds) > 1:
        raise Refusal("InvalidParameterException", "Only one type of update can be allowed.")
    _, change = PARTS[next(iter(asked))]
    changes = change(cluster, asked)
    if all(cluster.get(part) == value for part, value in changes.items()):
        raise Refusal("InvalidParameterException", "The cluster is already at the desired configuration.")
    cluster.update(changes)
    eks_access.entry_of_nodes(cluster)
    if "resourcesVpcConfig" in changes:
        data_plane.in_background(eks_clusters.bring_up, cluster)
    (kind,) = kinds
    return {"update": record(name, kind, {part: json.dumps(value) for part, value in asked.items()})}


def update_version(request, name):
    cluster = find_to_change(name)
    version = request.body.get("version", "")
    eks_versions.check_update(cluster["version"], version)
    cluster.update(version=version, platformVersion=eks_versions.PLATFORMS[version], status="UPDATING")
    parameters = {"Version": version, "PlatformVersion": cluster["platformVersion"]}
    update = record(name, "VersionUpdate", parameters, "InProgress")
    data_plane.in_background(finish_version, cluster, update)
    return {"update": update}


def finish_version(cluster, update):
    eks_clusters.bring_up(cluster)
    finish(cluster, update)


def finish(cluster, update):
    issues = cluster["health"]["issues"]
    cluster["status"] = "ACTIVE"
    update["errors"] = [{"errorCode": "Unknown", "errorMessage": issue["message"], "resourceIds": []} for issue in issues]
    update["status"] = "Failed" if issues else "Successful"


def associate_encryption(request, name):
    cluster = find_to_change(name)
    if cluster["encryptionConfig"]:
        raise Refusal("InvalidParameterException", "Encryption is already enabled for this cluster")
    cluster["encryptionConfig"] = eks_configuration.encryption_of(request.body)
    parameters = {"EncryptionConfig": json.dumps(cluster["encryptionConfig"])}
    return {"update": record(name, "AssociateEncryptionConfig", parameters)}


def list_updates(_request, name):
    eks_clusters.find(name)
    return {"updateIds": [update["id"] for key, update in _updates.items() if key.startswith(f"{name}/")]}


def describe_update(_request, name, update_id):
    eks_clusters.find(name)
    update = _updates.get(f"{name}/{update_id}")
    if update is None:
        raise Refusal("ResourceNotFoundException", f"No update found for ID: {update_id}", 404)
    # One that a restart interrupted ends with the cluster's coming up again.
    if update["status"] == "InProgress" and eks_clusters.find(name)["status"] == "ACTIVE":
        update["status"] = "Successful"
    return {"update": update}
