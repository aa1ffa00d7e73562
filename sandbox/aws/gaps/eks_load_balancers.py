"""With a cluster in Auto Mode EKS removes the load balancers that its controller made; they are known by their tag."""

from ministack.services import alb, waf

TAG = "eks:eks-cluster-name"


def close():
    """What is here is used by eks_clusters."""


def belongs(arn, cluster):
    return any(tag["Key"] == TAG and tag["Value"] == cluster for tag in alb._tags.get(arn) or [])


def remove_load_balancers(cluster):
    """Removes what is left of a cluster's Ingresses: load balancers with listeners and rules, then target groups."""
    for arn in [arn for arn in alb._lbs.keys() if belongs(arn, cluster)]:
        # Its own protection is against people.
        alb._lb_attrs.pop(arn, None)
        alb._delete_lb({"LoadBalancerArn": [arn]})
        waf._associations.pop(arn, None)
    for arn in [arn for arn in alb._tgs.keys() if belongs(arn, cluster)]:
        alb._delete_tg({"TargetGroupArn": [arn]})
