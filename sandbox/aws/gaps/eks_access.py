"""
MiniStack's access entries have no names of their own making, take any policy and any group, and know fewer kinds than EKS. It gives the
entry of a cluster's creator also where the cluster does not use entries, and none to the nodes of Auto Mode.
"""

import re
import time

from ministack.services import eks

from emulator.patching import Refusal
from emulator.rest import add_routes

KINDS = ("STANDARD", "EC2", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "HYBRID_LINUX", "HYPERPOD_LINUX")
PRINCIPAL = r"arn:aws:(iam::\d{12}:(user|role)/[\w+=,.@/-]+|iam::\d{12}:root)"
POLICIES = (
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
    "AmazonEKSSecretReaderPolicy",
    "AmazonEKSAutoNodePolicy",
    "AmazonEKSBlockStoragePolicy",
    "AmazonEKSBlockStorageClusterPolicy",
    "AmazonEKSComputePolicy",
    "AmazonEKSComputeClusterPolicy",
    "AmazonEKSLoadBalancingPolicy",
    "AmazonEKSLoadBalancingClusterPolicy",
    "AmazonEKSNetworkingPolicy",
    "AmazonEKSNetworkingClusterPolicy",
    "AmazonEKSHybridPolicy",
    "AmazonEKSClusterInsightsPolicy",
)
PREFIX = "arn:aws:eks::aws:cluster-access-policy/"


def close():
    add_routes(
        eks,
        [
            ("POST", "/clusters/([^/]+)/access-entries", create),
            ("POST", "/clusters/([^/]+)/access-entries/(.+?)/access-policies", associate),
            ("POST", "/clusters/([^/]+)/access-entries/((?:(?!/access-policies).)+)", update),
            ("GET", "/access-policies", list_policies),
        ],
    )


def cluster_with_entries(name):
    cluster = eks._clusters.get(name)
    if cluster is None:
        raise Refusal("ResourceNotFoundException", f"No cluster found for name: {name}.", 404)
    if cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        raise Refusal(
            "InvalidRequestException",
            "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
        )
    return cluster


def create(request, cluster):
    cluster_with_entries(cluster)
    asked = request.body
    principal, kind = asked.get("principalArn", ""), asked.get("type") or "STANDARD"
    if not re.fullmatch(PRINCIPAL, principal):
        raise Refusal("InvalidParameterException", "The specified principalArn is invalid: invalid principal.")
    if kind not in KINDS:
        raise Refusal("InvalidParameterException", f"The specified type is invalid: {kind}")
    if eks._ae_key(cluster, principal) in eks._access_entries:
        raise Refusal("ResourceInUseException", "The specified access entry resource is already in use on this cluster.", 409)
    groups = asked.get("kubernetesGroups") or []
    check_groups(groups, kind)
    return {"accessEntry": add_entry(cluster, principal, kind, groups, asked.get("username"), asked.get("tags"))}


def update(request, cluster, principal):
    entry = eks._access_entries.get(eks._ae_key(cluster, principal))
    if entry is None:
        raise Refusal("ResourceNotFoundException", f"The specified principalArn could not be found: {principal}", 404)
    if request.body.get("kubernetesGroups") is not None:
        check_groups(request.body["kubernetesGroups"], entry["type"])
        entry["kubernetesGroups"] = request.body["kubernetesGroups"]
    if "username" in request.body:
        entry["username"] = request.body["username"] or username_of(principal, entry["type"])
    entry["modifiedAt"] = time.time()
    return {"accessEntry": entry}


def check_groups(groups, kind):
    reserved = [group for group in groups if group.startswith("system:")]
    if reserved:
        message = f"The kubernetes group name {reserved[0]} is invalid, it cannot start with system:"
        raise Refusal("InvalidParameterException", message)
    if groups and kind != "STANDARD":
        raise Refusal("InvalidParameterException", f"The specified kubernetesGroups are invalid for type {kind}.")


def add_entry(cluster, principal, kind, groups=(), username=None, tags=None):
    own = {"kubernetesGroups": list(groups) if kind == "STANDARD" else ["system:nodes"]}
    asked = {**own, "type": kind, "username": username or username_of(principal, kind), "tags": tags or {}}
    entry = eks._build_access_entry(cluster, principal, asked)
    entry.update(createdAt=time.time(), modifiedAt=time.time())
    eks._access_entries[eks._ae_key(cluster, principal)] = entry
    eks._tags[entry["accessEntryArn"]] = dict(entry["tags"])
    return entry


def username_of(principal, kind):
    """The name that EKS gives to who is given none."""
    if kind != "STANDARD":
        return "system:node:{{SessionName}}" if kind == "FARGATE_LINUX" else "system:node:{{EC2PrivateDNSName}}"
    role = re.fullmatch(r"arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)", principal)
    return f"arn:aws:sts::{role[1]}:assumed-role/{role[2]}/{{{{SessionName}}}}" if role else principal


def associate(request, cluster, principal):
    cluster_with_entries(cluster)
    entry = eks._access_entries.get(eks._ae_key(cluster, principal))
    if entry is None:
        raise Refusal("ResourceNotFoundException", f"The specified principalArn could not be found: {principal}", 404)
    policy, scope = request.body.get("policyArn", ""), request.body.get("accessScope") or {}
    if policy.removeprefix(PREFIX) not in POLICIES or not policy.startswith(PREFIX):
        raise Refusal("InvalidParameterException", "The policyArn parameter format is not valid")
    if entry["type"] not in ("STANDARD", "EC2"):
        message = f"Access policies cannot be associated with access entries of type {entry['type']}."
        raise Refusal("InvalidRequestException", message)
    kind, namespaces = scope.get("type"), scope.get("namespaces") or []
    if kind not in ("cluster", "namespace") or (kind == "namespace") != bool(namespaces):
        message = "The accessScope needs namespaces where its type is namespace, and none otherwise."
        raise Refusal("InvalidParameterException", message)
    return {
        "clusterName": cluster,
        "principalArn": principal,
        "associatedAccessPolicy": add_policy(cluster, principal, policy, kind, namespaces),
    }


def add_policy(cluster, principal, policy, kind="cluster", namespaces=()):
    key = eks._ap_key(cluster, principal, policy)
    now = time.time()
    associated = {
        "policyArn": policy,
        "accessScope": {"type": kind, "namespaces": list(namespaces)},
        "associatedAt": (eks._access_policies.get(key) or {}).get("associatedAt", now),
        "modifiedAt": now,
    }
    eks._access_policies[key] = associated
    return associated


def list_policies(_request):
    return {"accessPolicies": [{"name": name, "arn": f"{PREFIX}{name}"} for name in POLICIES]}


def entries_of_new(cluster, asked, creator):
    """The entries that EKS makes with a cluster: its creator's, unless that is declined, and its nodes'."""
    config = asked.get("accessConfig") or {}
    with_entries = cluster["accessConfig"]["authenticationMode"] != "CONFIG_MAP"
    principal = creator and (eks._role_arn_from_assumed_role(creator) or creator)
    if with_entries and principal and config.get("bootstrapClusterCreatorAdminPermissions", True):
        add_entry(cluster["name"], principal, "STANDARD")
        add_policy(cluster["name"], principal, f"{PREFIX}AmazonEKSClusterAdminPolicy")
    entry_of_nodes(cluster)


def entry_of_nodes(cluster):
    """Nodes of Auto Mode's own pools join by an entry that nobody has to make."""
    name, role = cluster["name"], cluster["computeConfig"].get("nodeRoleArn")
    if not role or cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP":
        return
    if eks._ae_key(name, role) not in eks._access_entries:
        add_entry(name, role, "EC2")
        add_policy(name, role, f"{PREFIX}AmazonEKSAutoNodePolicy")
