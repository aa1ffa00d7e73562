"""
MiniStack lists no deployment of a service. Whoever waits for a service (the AWS provider does) looks there for the one that it started,
and would wait for ever whenever it began in the second before.
"""

from ministack.services import ecs

from emulator.patching import replace

STATUS = {"COMPLETED": "SUCCESSFUL", "FAILED": "ROLLBACK_SUCCESSFUL"}


def close():
    replace(ecs, "_list_service_deployments", list_service_deployments)
    replace(ecs, "_describe_service_deployments", describe_service_deployments)


def list_service_deployments(data):
    cluster = ecs._resolve_cluster_name(data.get("cluster", "default"))
    reference = ecs._resolve_service_ref(data.get("service", ""))
    service = ecs._services.get(f"{cluster}/{reference[0]}") if reference else None
    if service is None:
        return ecs.error_response_json("ServiceNotFoundException", "Service not found.", 400)
    settle(cluster, reference[0])
    wanted = data.get("status") or []
    created = data.get("createdAt") or {}
    found = [
        deployment
        for deployment in of_service(service)
        if (not wanted or deployment["status"] in wanted)
        and created.get("after", 0) < deployment["createdAt"] < created.get("before", float("inf"))
    ]
    return ecs.json_response({"serviceDeployments": [brief(deployment) for deployment in found]})


def describe_service_deployments(data):
    wanted = data.get("serviceDeploymentArns", [])
    known = {}
    for key, service in list(ecs._services.items()):
        cluster, name = key.rsplit("/", 1)
        if any(f"/{cluster}/{name}/" in arn for arn in wanted):
            settle(cluster, name)
            known.update({deployment["serviceDeploymentArn"]: deployment for deployment in of_service(service)})
    return ecs.json_response(
        {
            "serviceDeployments": [known[arn] for arn in wanted if arn in known],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in wanted if arn not in known],
        }
    )


def settle(cluster, name):
    """MiniStack brings a service forward when somebody describes it."""
    ecs._describe_services({"cluster": cluster, "services": [name]})


def of_service(service):
    return [of_deployment(service, deployment) for deployment in service.get("deployments", [])]


def of_deployment(service, deployment):
    part = deployment["id"].split("/")[-1]
    arn = service["serviceArn"]
    status = STATUS.get(deployment.get("rolloutState"), "IN_PROGRESS")
    created = ecs._ts_to_epoch(deployment["createdAt"])
    return {
        "serviceDeploymentArn": f"{arn.replace(':service/', ':service-deployment/', 1)}/{part}",
        "serviceArn": arn,
        "clusterArn": service.get("clusterArn", ""),
        "createdAt": created,
        "startedAt": created,
        **({"finishedAt": ecs._ts_to_epoch(deployment["updatedAt"])} if status != "IN_PROGRESS" else {}),
        "status": status,
        "statusReason": deployment.get("rolloutStateReason") or "",
        "targetServiceRevision": {
            "arn": f"{arn.replace(':service/', ':service-revision/', 1)}/{part}",
            "requestedTaskCount": deployment.get("desiredCount", 0),
            "runningTaskCount": deployment.get("runningCount", 0),
            "pendingTaskCount": deployment.get("pendingCount", 0),
        },
    }


def brief(deployment):
    names = ("serviceDeploymentArn", "serviceArn", "clusterArn", "createdAt", "startedAt", "finishedAt", "status")
    return {
        **{name: deployment[name] for name in names if name in deployment},
        "targetServiceRevisionArn": deployment["targetServiceRevision"]["arn"],
    }
