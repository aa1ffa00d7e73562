"""MiniStack names a security group for a cluster that does not exist. EKS makes one, in the cluster's VPC, and takes it away with it."""

import re

from ministack.services import ec2

DESCRIPTION = (
    "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads."
)


def close():
    """What is here is used by eks_clusters."""


def create(cluster, vpc_id, number):
    """Makes the group in which the cluster's members talk to each other. Returns its id."""
    name = f"eks-cluster-sg-{cluster}-{number}"
    tags = {"Name": name, "aws:eks:cluster-name": cluster, f"kubernetes.io/cluster/{cluster}": "owned"}
    _, _, body = ec2._create_security_group({"GroupName": [name], "GroupDescription": [DESCRIPTION], "VpcId": [vpc_id]})
    group = re.search(r"<groupId>([^<]+)</groupId>", body.decode() if isinstance(body, bytes) else body)[1]
    ec2._tags[group] = [{"Key": key, "Value": value} for key, value in tags.items()]
    permission = "IpPermissions.1"
    ec2._authorize_sg_ingress(
        {"GroupId": [group], f"{permission}.IpProtocol": ["-1"], f"{permission}.Groups.1.GroupId": [group]}
    )
    return group


def remove(group):
    ec2._security_groups.pop(group, None)
    ec2._tags.pop(group, None)
