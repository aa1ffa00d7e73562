"""
MiniStack passes over filters that it does not know, so that who asks for the instance with a resource id is answered with
another one. The AWS plugin asks so, and took a stranger's database for its own.
"""

from ministack.services import rds

from emulator.patching import replace

# RDS API Reference, DescribeDBInstances: the filters, and the field that each compares.
FIELDS = {
    "db-cluster-id": "DBClusterIdentifier",
    "db-instance-id": "DBInstanceIdentifier",
    "dbi-resource-id": "DbiResourceId",
    "engine": "Engine",
}


def close():
    replace(rds, "_apply_instance_filters", matching)


def matching(instances, filters):
    return [instance for instance in instances if all(meets(instance, name, values) for name, values in filters.items())]


def meets(instance, name, values):
    # Both ids are also given as ARNs.
    return any(instance.get(FIELDS[name], "") == value.split(":")[-1] for value in values) if name in FIELDS else False
