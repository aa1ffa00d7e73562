"""MiniStack forgets some of what a service is created or changed with; in AWS all of it reads back."""

from ministack.services import ecs

from emulator.patching import replace

# With what AWS takes when a request to create does not say.
KEPT = {
    "availabilityZoneRebalancing": "ENABLED",
    "serviceConnectConfiguration": None,
    "volumeConfigurations": None,
    "vpcLatticeConfigurations": None,
    "placementConstraints": [],
    "placementStrategy": [],
    "enableECSManagedTags": False,
    "propagateTags": "NONE",
    "serviceRegistries": [],
}


def close():
    create = ecs._create_service
    update = ecs._update_service

    def create_service(data):
        answer = create(data)
        service = find(data.get("cluster", "default"), data.get("serviceName"))
        if answer[0] < 400 and service:
            service.update({name: data.get(name, default) for name, default in KEPT.items()})
            return ecs.json_response({"service": ecs._sanitize(service)})
        return answer

    def update_service(data):
        answer = update(data)
        reference = ecs._resolve_service_ref(data.get("service", ""))
        service = find(data.get("cluster", "default"), reference[0] if reference else None)
        if answer[0] < 400 and service:
            service.update({name: data[name] for name in KEPT if name in data})
            return ecs.json_response({"service": ecs._sanitize(service)})
        return answer

    replace(ecs, "_create_service", create_service)
    replace(ecs, "_update_service", update_service)


def find(cluster, name):
    return ecs._services.get(f"{ecs._resolve_cluster_name(cluster)}/{name}")
