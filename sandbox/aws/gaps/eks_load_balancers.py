"""With a cluster in Auto Mode EKS removes the load balancers that its controller made; they are known by their tag."""

from ministack.services import alb, ec2

TAG = "eks:eks-cluster-name"


def close():
    """What is here is used by eks_clusters."""


def belongs(tags, cluster):
    return any(tag["Key"] == TAG and tag["Value"] == cluster for tag in tags or [])


def remove_load_balancers(cluster):
    """Removes what is left of a cluster's Ingresses: load balancers with listeners and rules, then target and security groups."""
    for arn in [arn for arn in alb._lbs.keys() if belongs(alb._tags.get(arn), cluster)]:
        # Its own protection is against people.
        alb._lb_attrs.pop(arn, None)
        alb._delete_lb({"LoadBalancerArn": [arn]})
    for arn in [arn for arn in alb._tgs.keys() if belongs(alb._tags.get(arn), cluster)]:
        alb._delete_tg({"TargetGroupArn": [arn]})
    for name in [name for name in ec2._security_groups.keys() if belongs(ec2._tags.get(name), cluster)]:
        ec2._security_groups.pop(name, None)
        ec2._tags.pop(name, None)
