"""
MiniStack takes any add-on of any version, or none, and does not tell which there are; an add-on has no associations of its service
accounts with roles, and its updates cannot be asked about. EKS knows its add-ons, and a version that none names is the default one.
"""

import json
import re
import time

from ministack.services import eks

from emulator.patching import Refusal
from emulator.rest import add_routes
from gaps import eks_clusters, eks_pod_identity, eks_updates

# Of each add-on its type and its newest version for Kubernetes 1.36.
KNOWN = {
    "amazon-cloudwatch-observability": ("observability", "v5.2.0-eksbuild.1"),
    "aws-ebs-csi-driver": ("storage", "v1.58.0-eksbuild.1"),
    "aws-efs-csi-driver": ("storage", "v3.2.0-eksbuild.1"),
    "aws-guardduty-agent": ("security", "v1.14.0-eksbuild.2"),
    "aws-mountpoint-s3-csi-driver": ("storage", "v2.6.0-eksbuild.1"),
    "aws-secrets-store-csi-driver-provider": ("security", "v3.1.1-eksbuild.1"),
    "cert-manager": ("networking", "v1.20.2-eksbuild.1"),
    "coredns": ("networking", "v1.14.2-eksbuild.4"),
    "eks-node-monitoring-agent": ("observability", "v1.7.0-eksbuild.1"),
    "eks-pod-identity-agent": ("security", "v1.3.10-eksbuild.2"),
    "external-dns": ("networking", "v0.21.0-eksbuild.2"),
    "kube-proxy": ("networking", "v1.36.0-eksbuild.2"),
    "kube-state-metrics": ("observability", "v2.18.0-eksbuild.1"),
    "metrics-server": ("observability", "v0.8.1-eksbuild.6"),
    "prometheus-node-exporter": ("observability", "v1.11.1-eksbuild.1"),
    "snapshot-controller": ("storage", "v8.5.0-eksbuild.1"),
    "vpc-cni": ("networking", "v1.21.1-eksbuild.7"),
}
# Which versions EKS has changes every week; here every one that is written as EKS writes them is one.
VERSION = r"v\d+\.\d+\.\d+-eksbuild\.\d+"


def close():
    add_routes(
        eks,
        [
            ("GET", "/addons/supported-versions", versions),
            ("GET", "/addons/configuration-schemas", schema),
            ("POST", "/clusters/([^/]+)/addons", create),
            ("GET", "/clusters/([^/]+)/addons/([^/]+)", describe),
            ("POST", "/clusters/([^/]+)/addons/([^/]+)/update", update),
            ("DELETE", "/clusters/([^/]+)/addons/([^/]+)", delete),
        ],
    )


def find(cluster, name):
    eks_clusters.find(cluster)
    addon = eks._addons.get(f"{cluster}/{name}")
    if addon is None:
        raise Refusal("ResourceNotFoundException", f"No addon: {name} found in cluster: {cluster}", 404)
    return addon


def checked_version(name, version, kubernetes):
    if name not in KNOWN:
        raise Refusal("InvalidParameterException", f"Addon {name} specified is not supported in {kubernetes} kubernetes version")
    if version and not re.fullmatch(VERSION, version):
        raise Refusal("InvalidParameterException", "Addon version specified is not supported")
    return version or KNOWN[name][1]


def checked_values(text):
    """Values are YAML or JSON to EKS, which compares them with the add-on's schema; here JSON has to be well-formed."""
    if text and text.lstrip().startswith("{"):
        try:
            json.loads(text)
        except ValueError as error:
            message = f"ConfigurationValue provided in request is not supported: {error}"
            raise Refusal("InvalidParameterException", message) from error
    return text


def create(request, cluster):
    kubernetes = eks_clusters.find(cluster)
    asked = request.body
    name = asked.get("addonName", "")
    if f"{cluster}/{name}" in eks._addons:
        raise Refusal("ResourceInUseException", "Addon already exists.", 409)
    version = checked_version(name, asked.get("addonVersion"), kubernetes["version"])
    values = checked_values(asked.get("configurationValues"))
    addon = {
        "addonName": name,
        "clusterName": cluster,
        "status": "ACTIVE",
        "addonVersion": version,
        "health": {"issues": []},
        "addonArn": eks._addon_arn(cluster, name),
        "createdAt": time.time(),
        "modifiedAt": time.time(),
        "tags": asked.get("tags") or {},
        "owner": "aws",
        "publisher": "eks",
        "podIdentityAssociations": [],
    }
    take_over(addon, {**asked, "configurationValues": values})
    associate(addon, asked.get("podIdentityAssociations") or [])
    eks._addons[f"{cluster}/{name}"] = addon
    eks._tags[addon["addonArn"]] = dict(addon["tags"])
    return {"addon": addon}


def take_over(addon, asked):
    for field in ("serviceAccountRoleArn", "configurationValues", "namespaceConfig"):
        if asked.get(field):
            addon[field] = asked[field]
        elif field in asked:
            addon.pop(field, None)


def associate(addon, wanted):
    """The add-on's own associations, which are its to change. In its description are their ARNs."""
    cluster = addon["clusterName"]
    for each in wanted:
        eks_pod_identity.check_role(each.get("roleArn"))
    for arn in addon["podIdentityAssociations"]:
        eks_pod_identity.remove(cluster, arn.rsplit("/", 1)[1])
    addon["podIdentityAssociations"] = [
        eks_pod_identity.add(cluster, {**each, "namespace": "kube-system"}, addon["addonArn"])["associationArn"]
        for each in wanted
    ]


def describe(_request, cluster, name):
    addon = find(cluster, name)
    return {"addon": {**addon, "tags": eks._tags.get(addon["addonArn"], {})}}


def update(request, cluster, name):
    addon = find(cluster, name)
    asked = request.body
    version = asked.get("addonVersion") or addon["addonVersion"]
    checked_values(asked.get("configurationValues"))
    addon.update(addonVersion=checked_version(name, version, eks_clusters.find(cluster)["version"]), modifiedAt=time.time())
    take_over(addon, asked)
    if "podIdentityAssociations" in asked:
        associate(addon, asked["podIdentityAssociations"] or [])
    parameters = {"AddonVersion": addon["addonVersion"], "ResolveConflicts": asked.get("resolveConflicts", "NONE")}
    return {"update": eks_updates.record(cluster, "AddonUpdate", parameters)}


def delete(_request, cluster, name):
    addon = find(cluster, name)
    associate(addon, [])
    del eks._addons[f"{cluster}/{name}"]
    eks._tags.pop(addon["addonArn"], None)
    return {"addon": {**addon, "status": "DELETING"}}


def versions(request):
    name, kubernetes = request.one("addonName"), request.one("kubernetesVersion", "1.36")
    if name and name not in KNOWN:
        raise Refusal("InvalidParameterException", f"Addon {name} specified is not supported in {kubernetes} kubernetes version")
    return {"addons": [described(each, kubernetes) for each in ([name] if name else sorted(KNOWN))]}


def described(name, kubernetes):
    kind, version = KNOWN[name]
    compatible = [{"clusterVersion": kubernetes, "platformVersions": ["*"], "defaultVersion": True}]
    of_version = {"addonVersion": version, "architecture": ["amd64", "arm64"], "compatibilities": compatible}
    return {"addonName": name, "type": kind, "owner": "aws", "publisher": "eks", "addonVersions": [of_version]}


def schema(request):
    """Any object: the schemas are the add-ons' own."""
    text = json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"})
    names = {"addonName": request.one("addonName"), "addonVersion": request.one("addonVersion")}
    return {**names, "configurationSchema": text}
