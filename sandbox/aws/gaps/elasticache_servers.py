"""
MiniStack runs caches in Docker, or points at a server that is not there. Here each node group of a replication group is a
cache server of the sandbox (data-plane/caches.ts) at a loopback address of its own, with TLS where transit encryption is on.

Members of a node group share the one server: there is no replication to look at, and no failover.
"""

import hashlib

from ministack.services import elasticache

from emulator import data_plane
from emulator.patching import after, is_success, replace


def id_of(name):
    """The name of a container (account, region, group and node group are in it), short enough for any use."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def close():
    def spawn(name, engine, engine_version, labels, transit=False, auth_token=None):
        answer = data_plane.order("ensure-cache", id=id_of(name), tls=bool(transit))
        if "rg_id" in labels:
            move_endpoints(labels, answer)
        return answer["host"], answer["port"], None

    replace(elasticache, "_spawn_redis_container", spawn)
    replace(elasticache, "_delete_replication_group", delete_with_servers(elasticache._delete_replication_group))
    after(elasticache, "load_persisted_state", start_restored)


def move_endpoints(labels, place):
    """After a restart the server may be elsewhere than the record says."""
    endpoint_of_server = {"Address": place["host"], "Port": place["port"]}
    group = elasticache._replication_groups.get_scoped(labels["account_id"], labels["region"], labels["rg_id"])
    for node_group in (group or {}).get("NodeGroups", []):
        if node_group["NodeGroupId"] == labels["node_group"]:
            for endpoint in ("PrimaryEndpoint", "ReaderEndpoint"):
                node_group[endpoint].update(endpoint_of_server)
            for member in node_group["NodeGroupMembers"]:
                member["ReadEndpoint"].update(endpoint_of_server)


def delete_with_servers(delete):
    def delete_replication_group(p):
        name = elasticache._p(p, "ReplicationGroupId")
        group = elasticache._replication_groups.get(name) or {}
        answer = delete(p)
        if is_success(answer):
            prefix = f"ministack-elasticache-rg-{elasticache.get_account_id()}-{elasticache.get_region()}-{name}"
            for node_group in group.get("NodeGroups", []):
                server = id_of(f"{prefix}-{node_group['NodeGroupId']}")
                data_plane.in_background(lambda server=server: data_plane.order("remove-cache", id=server))
        return answer

    return delete_replication_group


def start_restored(answer, _data):
    """MiniStack would start a server for each member besides that of its group."""
    for account, region, name in list(elasticache._pending_cluster_respawn):
        if (elasticache._clusters.get_scoped(account, region, name) or {}).get("ReplicationGroupId"):
            elasticache._pending_cluster_respawn.discard((account, region, name))
    data_plane.in_background(elasticache._ensure_live_containers)
    return answer
