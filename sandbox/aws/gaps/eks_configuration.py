"""
What a cluster's description says of what it was created or changed with. MiniStack forgets Auto Mode, support, zonal shift, deletion
protection and more, and leaves defaults out; in AWS all of it reads back.
"""

import ipaddress

from ministack.services import ec2

from emulator.patching import Refusal

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")
MODES = ("CONFIG_MAP", "API_AND_CONFIG_MAP", "API")
POOLS = ("general-purpose", "system")


def close():
    """What is here is used by eks_clusters and eks_updates."""


def invalid(message):
    return Refusal("InvalidParameterException", message)


def network_of(request):
    """The cluster's place in the network, from its subnets."""
    asked = request.get("resourcesVpcConfig") or {}
    names = asked.get("subnetIds") or []
    subnets = [subnet_of(name) for name in names]
    check_subnets(subnets)
    if not asked.get("endpointPublicAccess", True) and not asked.get("endpointPrivateAccess", False):
        raise invalid("Private and public endpoint access cannot be false")
    return {
        "subnetIds": names,
        "securityGroupIds": asked.get("securityGroupIds") or [],
        "vpcId": subnets[0]["VpcId"],
        "endpointPublicAccess": asked.get("endpointPublicAccess", True),
        "endpointPrivateAccess": asked.get("endpointPrivateAccess", False),
        "publicAccessCidrs": public_cidrs(asked),
    }


def public_cidrs(asked):
    """Who may reach a public endpoint; without one nobody can, and nothing is told."""
    if not asked.get("endpointPublicAccess", True):
        return []
    return asked.get("publicAccessCidrs") or ["0.0.0.0/0"]


def subnet_of(name):
    subnet = ec2._subnets.get(name)
    if subnet is None:
        raise invalid(f"The subnet ID '{name}' does not exist (Service: Ec2, Status Code: 400)")
    return subnet


def check_subnets(subnets):
    if len({subnet["AvailabilityZone"] for subnet in subnets}) < 2:
        raise invalid("Subnets specified must be in at least two different AZs")
    if len({subnet["VpcId"] for subnet in subnets}) > 1:
        raise invalid("Subnets specified must belong to the same VPC")


def zones_of(network):
    """Each zone of the cluster with the ranges of its subnets, from which pods get their addresses."""
    zones = {}
    for name in network["subnetIds"]:
        subnet = ec2._subnets.get(name)
        if subnet:
            zones.setdefault(subnet["AvailabilityZone"], []).append(subnet["CidrBlock"])
    return [{"name": zone, "cidrs": cidrs} for zone, cidrs in sorted(zones.items())]


def service_network_of(request, network):
    asked = request.get("kubernetesNetworkConfig") or {}
    return {
        "serviceIpv4Cidr": asked.get("serviceIpv4Cidr") or free_service_range(network["vpcId"]),
        "ipFamily": asked.get("ipFamily", "ipv4"),
        "elasticLoadBalancing": {"enabled": bool((asked.get("elasticLoadBalancing") or {}).get("enabled", False))},
    }


def free_service_range(vpc_id):
    """EKS takes 10.100.0.0/16, or 172.20.0.0/16 in a VPC that uses the other."""
    vpc = ec2._vpcs.get(vpc_id) or {}
    taken = ipaddress.ip_network(vpc.get("CidrBlock", "10.0.0.0/8"))
    ranges = ("10.100.0.0/16", "172.20.0.0/16")
    return next((each for each in ranges if not taken.overlaps(ipaddress.ip_network(each))), ranges[0])


def logging_of(request):
    """Each kind of log is told, those that are on before those that are off."""
    setups = (request.get("logging") or {}).get("clusterLogging") or []
    on = [kind for setup in setups if setup.get("enabled") for kind in setup.get("types") or []]
    unknown = [kind for kind in on if kind not in LOG_TYPES]
    if unknown:
        raise invalid(f"Invalid log type: {unknown[0]}")
    return logging_setup(set(on))


def logging_setup(on):
    groups = [([kind for kind in LOG_TYPES if kind in on], True), ([kind for kind in LOG_TYPES if kind not in on], False)]
    return {"clusterLogging": [{"types": kinds, "enabled": enabled} for kinds, enabled in groups if kinds]}


def changed_logging(before, request):
    """What a change does not name stays as it is."""
    on = {kind for setup in before["clusterLogging"] if setup["enabled"] for kind in setup["types"]}
    for setup in request["logging"].get("clusterLogging") or []:
        kinds = set(setup.get("types") or [])
        on = on | kinds if setup.get("enabled") else on - kinds
    return logging_setup(on)


def auto_mode_of(request, before=None):
    """The three switches of Auto Mode, which are on or off together."""
    compute = request.get("computeConfig") or (before or {}).get("computeConfig") or {}
    storage = request.get("storageConfig") or (before or {}).get("storageConfig") or {}
    network = request.get("kubernetesNetworkConfig") or (before or {}).get("kubernetesNetworkConfig") or {}
    switches = {
        bool(compute.get("enabled", False)),
        bool((storage.get("blockStorage") or {}).get("enabled", False)),
        bool((network.get("elasticLoadBalancing") or {}).get("enabled", False)),
    }
    if len(switches) > 1:
        raise invalid(
            "For EKS Auto Mode, please ensure that all required configs, including computeConfig, kubernetesNetworkConfig, "
            "and blockStorage are all either fully enabled or fully disabled."
        )
    enabled = switches.pop()
    check_compute(compute, enabled)
    described = {"enabled": enabled, "nodePools": compute.get("nodePools") or []}
    if compute.get("nodeRoleArn"):
        described["nodeRoleArn"] = compute["nodeRoleArn"]
    return {"computeConfig": described, "storageConfig": {"blockStorage": {"enabled": enabled}}}


def check_compute(compute, enabled):
    pools = compute.get("nodePools") or []
    unknown = [pool for pool in pools if pool not in POOLS]
    if unknown:
        raise invalid(f"nodePools contains an invalid value: {unknown[0]}. Valid values are: {', '.join(POOLS)}")
    if enabled and bool(pools) != bool(compute.get("nodeRoleArn")):
        raise invalid("When Compute Config nodeRoleArn is not null or empty, nodePool value(s) must be provided.")


def access_of(request):
    mode = (request.get("accessConfig") or {}).get("authenticationMode", "CONFIG_MAP")
    if mode not in MODES:
        raise invalid(f"authenticationMode must be one of {', '.join(MODES)}")
    return {"authenticationMode": mode}


def changed_access(before, request):
    """The way from the ConfigMap to access entries has no way back."""
    old, new = before["authenticationMode"], access_of(request)["authenticationMode"]
    if MODES.index(new) < MODES.index(old):
        raise Refusal("InvalidRequestException", f"Unsupported authentication mode update from {old} to {new}")
    return {"authenticationMode": new}


def encryption_of(request):
    configs = request.get("encryptionConfig") or []
    if any(config.get("resources") != ["secrets"] for config in configs):
        raise invalid("Encryption configuration: resources must be exactly [secrets]")
    return configs


def optional_of(request):
    """What is told only when it was given."""
    names = ("zonalShiftConfig", "remoteNetworkConfig", "outpostConfig")
    return {name: request[name] for name in names if request.get(name)}


def scalars_of(request):
    return {
        "deletionProtection": bool(request.get("deletionProtection", False)),
        "upgradePolicy": {"supportType": (request.get("upgradePolicy") or {}).get("supportType", "EXTENDED")},
        "controlPlaneScalingConfig": {"tier": (request.get("controlPlaneScalingConfig") or {}).get("tier", "standard")},
    }
