"""
MiniStack gives every alarm the statistic "Average" and a period of 60, also one with metric math or a percentile, which in AWS
has neither; and it forgets the metric math (Metrics).
"""

from ministack.services import cloudwatch

from emulator.patching import is_success, replace

# What an alarm with metric math does not have (CloudWatch API Reference, PutMetricAlarm).
OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Dimensions", "Unit")
KEPT = ("Metrics", "ThresholdMetricId", "EvaluateLowSampleCountPercentile")


def close():
    put = cloudwatch._put_metric_alarm

    def put_metric_alarm(params, data, is_cbor, is_json=False):
        answer = put(params, data, is_cbor, is_json)
        request = data if is_cbor or is_json else from_query(params)
        if is_success(answer):
            correct(cloudwatch._alarms[request["AlarmName"]], request)
        return answer

    replace(cloudwatch, "_put_metric_alarm", put_metric_alarm)


def correct(alarm, request):
    alarm.update({name: request[name] for name in KEPT if request.get(name)})
    if request.get("Metrics"):
        for name in OF_ONE_METRIC:
            alarm.pop(name, None)
    elif request.get("ExtendedStatistic"):
        alarm.pop("Statistic", None)


def from_query(params):
    """The form of the Query protocol ("Metrics.member.1.Id") as the nested form that the others have."""
    tree = {}
    for name in params:
        place = tree
        *path, last = name.replace(".member.", ".").split(".")
        for step in path:
            place = place.setdefault(step, {})
        place[last] = typed(last, cloudwatch._p(params, name))
    return listed(tree)


def typed(name, text):
    if name in ("Period", "Stat.Period"):
        return int(text)
    return text == "true" if name == "ReturnData" else text


def listed(tree):
    if not isinstance(tree, dict):
        return tree
    if tree and all(key.isdigit() for key in tree):
        return [listed(tree[key]) for key in sorted(tree, key=int)]
    return {key: listed(value) for key, value in tree.items()}
