"""MiniStack's EKS takes any version of Kubernetes and does not tell which there are. AWS has a calendar, and raises by one minor version."""

import datetime

from ministack.services import eks

from emulator.patching import Refusal
from emulator.rest import add_routes

# Minor version, end of standard support, end of extended support, platform version; newest first (EKS release calendar).
CALENDAR = (
    (36, "2027-08-02", "2028-08-02", "eks.3"),
    (35, "2027-03-27", "2028-03-27", "eks.9"),
    (34, "2026-12-02", "2027-12-02", "eks.17"),
    (33, "2026-07-29", "2027-07-29", "eks.24"),
    (32, "2026-03-23", "2027-03-23", "eks.30"),
)
DEFAULT = "1.36"
PLATFORMS = {f"1.{minor}": platform for minor, _, _, platform in CALENDAR}


def check(version):
    """Refuses a version that EKS has not."""
    if version not in PLATFORMS:
        raise Refusal("InvalidParameterException", f"unsupported Kubernetes version {version}")


def check_update(before, after):
    """Refuses what is no step to the next minor version."""
    check(after)
    if after == before:
        raise Refusal("InvalidParameterException", f"Cluster is already at version: {before}")
    if minor_of(after) != minor_of(before) + 1:
        raise Refusal("InvalidParameterException", f"Unsupported Kubernetes minor version update from {before} to {after}")


def minor_of(version):
    return int(version.split(".")[1])


def seconds(date):
    return int(datetime.datetime.fromisoformat(f"{date}T00:00:00+00:00").timestamp())


def status_of(standard, extended):
    today = datetime.date.today().isoformat()
    if today <= standard:
        return "STANDARD_SUPPORT"
    return "EXTENDED_SUPPORT" if today <= extended else "UNSUPPORTED"


def describe(request):
    asked = request.many("clusterVersions")
    wanted_status = request.one("versionStatus") or request.one("status", "").upper()
    versions = []
    for minor, standard, extended, platform in CALENDAR:
        version, status = f"1.{minor}", status_of(standard, extended)
        if (asked and version not in asked) or (wanted_status and status != wanted_status):
            continue
        if (request.one("defaultOnly") == "true" and version != DEFAULT) or (
            status == "UNSUPPORTED" and request.one("includeAll") != "true"
        ):
            continue
        versions.append(
            {
                "clusterVersion": version,
                "clusterType": "eks",
                "defaultPlatformVersion": platform,
                "defaultVersion": version == DEFAULT,
                "endOfStandardSupportDate": seconds(standard),
                "endOfExtendedSupportDate": seconds(extended),
                "status": status.lower(),
                "versionStatus": status,
                "kubernetesPatchVersion": f"{version}.3",
            }
        )
    return {"clusterVersions": versions}


def close():
    add_routes(eks, [("GET", "/cluster-versions", describe)])
