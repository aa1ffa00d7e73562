"""
MiniStack forgets some of what a replication group is created or changed with; in AWS all of it reads back. It also names the
nodes of a group without shards "<group>-0001-001", which AWS calls "<group>-001".
"""

from ministack.services import elasticache

from emulator.patching import after, is_success, replace

# Of the group itself, with what AWS takes when the request does not say.
OF_GROUP = {"KmsKeyId": "", "NetworkType": "ipv4", "IpDiscovery": "ipv4", "SnapshottingClusterId": ""}
# Written into each member by CreateReplicationGroup and forgotten by ModifyReplicationGroup.
OF_MEMBERS = ("PreferredMaintenanceWindow", "SnapshotWindow", "CacheNodeType", "EngineVersion")


def close():
    describe = elasticache._rg_xml

    def rg_xml(group):
        more = {name: group.get(name) or default for name, default in OF_GROUP.items()}
        return describe(group) + "".join(f"<{name}>{value}</{name}>" for name, value in more.items() if value)

    replace(elasticache, "_rg_xml", rg_xml)
    after(elasticache, "_create_replication_group", remember)
    after(elasticache, "_modify_replication_group", change_members)


def remember(answer, p):
    group = elasticache._replication_groups.get(elasticache._p(p, "ReplicationGroupId"))
    if not is_success(answer) or not group:
        return answer
    group.update({name: elasticache._p(p, name) for name in OF_GROUP if elasticache._p(p, name)})
    if not group["ClusterEnabled"]:
        name_nodes(group)
    return respond("Create", group)


def name_nodes(group):
    names = {}
    for member in group["NodeGroups"][0]["NodeGroupMembers"]:
        old = member["CacheClusterId"]
        names[old] = member["CacheClusterId"] = old.replace("-0001-", "-")
        record = elasticache._clusters.pop(old)
        tags = elasticache._tags.pop(record["CacheClusterArn"], [])
        record.update(CacheClusterId=names[old], CacheClusterArn=elasticache._arn_cluster(names[old]))
        elasticache._clusters[names[old]] = record
        elasticache._tags[record["CacheClusterArn"]] = tags
    group["MemberClusters"] = [names[name] for name in group["MemberClusters"]]


def change_members(answer, p):
    group = elasticache._replication_groups.get(elasticache._p(p, "ReplicationGroupId"))
    if not is_success(answer) or not group:
        return answer
    members = [elasticache._clusters[name] for name in group["MemberClusters"] if name in elasticache._clusters]
    for record in (group, *members):
        record.update({name: elasticache._p(p, name) for name in OF_MEMBERS if elasticache._p(p, name)})
        minor = elasticache._p(p, "AutoMinorVersionUpgrade")
        if minor:
            record["AutoMinorVersionUpgrade"] = minor == "true"
        limit = elasticache._p(p, "SnapshotRetentionLimit")
        if limit:
            record["SnapshotRetentionLimit"] = int(limit)
    parameters = elasticache._p(p, "CacheParameterGroupName")
    groups = elasticache._extract_configs(p, "SecurityGroupIds", ("SecurityGroupId", "member"))
    logs = elasticache._extract_log_delivery_configs(p)
    for member in members:
        if parameters:
            member["CacheParameterGroup"]["CacheParameterGroupName"] = parameters
        if groups:
            member["SecurityGroups"] = [{"SecurityGroupId": name, "Status": "active"} for name in groups]
        if logs:
            member["LogDeliveryConfigurations"] = logs
    if logs:
        group["LogDeliveryConfigurations"] = logs
    return respond("Modify", group)


def respond(verb, group):
    name = f"{verb}ReplicationGroup"
    content = f"<ReplicationGroup>{elasticache._rg_xml(group)}</ReplicationGroup>"
    return elasticache._xml(200, f"{name}Response", f"<{name}Result>{content}</{name}Result>")
