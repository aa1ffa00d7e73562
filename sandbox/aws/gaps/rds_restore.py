"""
MiniStack knows no restore to a point in time, its restore of a snapshot is an instance without data, and its snapshots hold none.
Here a restored instance is a PostgreSQL server of its own that begins with a copy of the other's data.

Where it is less than AWS: no log of changes is kept, so that the latest moment, which is now, is the only one to restore; another one
(RestoreTime) is refused. The final snapshot of an instance that is deleted holds no data, and so cannot be restored.
"""

import re
import time

from ministack.core.responses import new_uuid
from ministack.services import rds

from emulator import data_plane
from emulator.patching import is_success, replace
from gaps import rds_instances
from gaps.rds_instances import is_ours, value

# What a restored instance has of its source when the request is silent (RDS API Reference, RestoreDBInstanceToPointInTime).
# Not among them: groups, Multi-AZ, public access, protection. They are AWS's defaults then.
TAKEN_OVER = {
    "DBInstanceClass": "DBInstanceClass",
    "StorageType": "StorageType",
    "AllocatedStorage": "AllocatedStorage",
    "MaxAllocatedStorage": "MaxAllocatedStorage",
    "BackupRetentionPeriod": "BackupRetentionPeriod",
    "CACertificateIdentifier": "CACertificateIdentifier",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
}
# What no request can change.
FIXED = {
    "Engine": "Engine",
    "EngineVersion": "EngineVersion",
    "MasterUsername": "MasterUsername",
    "DBName": "DBName",
    "StorageEncrypted": "StorageEncrypted",
    "KmsKeyId": "KmsKeyId",
}


def text(given):
    return str(given).lower() if isinstance(given, bool) else str(given)


def restore(p, name, identifier, source, copy_of):
    """Makes the instance `identifier` with the data of `copy_of`, otherwise as `source` is; answers as the operation `name` does."""
    request = {**p, "DBInstanceIdentifier": [identifier]}
    for field, of_source in {**TAKEN_OVER, **FIXED}.items():
        if source.get(of_source) not in (None, "") and (field in FIXED or not value(p, field)):
            request[field] = [text(source[of_source])]
    if value(p, "ManageMasterUserPassword") != "true":
        request["MasterUserPassword"] = [source["_MasterUserPassword"]]
    record, refusal = rds_instances.create(request, copy_of)
    return refusal or rds._single_instance_response(f"{name}Response", f"{name}Result", record)


def close():
    close_point_in_time()
    close_snapshots()
    close_restorable_time()


def close_point_in_time():
    def to_point_in_time(p):
        name = value(p, "SourceDBInstanceIdentifier")
        source = rds._resolve_instance(name) or next(
            (each for each in rds._instances.values() if each["DbiResourceId"] == value(p, "SourceDbiResourceId")), None
        )
        if not source or not is_ours(source):
            return rds._error("DBInstanceNotFound", f"DBInstance {name} not found.", 404)
        if not source["BackupRetentionPeriod"]:
            return rds._error(
                "PointInTimeRestoreNotEnabled",
                f"Point in time restore is not enabled for the DB instance {source['DBInstanceIdentifier']}.",
                400,
            )
        if value(p, "RestoreTime"):
            return rds._error(
                "InvalidParameterValue",
                "The sandbox keeps no log of changes, so that it restores the latest moment only (UseLatestRestorableTime); AWS restores any.",
                400,
            )
        if value(p, "UseLatestRestorableTime") != "true":
            return rds._error(
                "InvalidParameterCombination", "Either RestoreTime or UseLatestRestorableTime must be specified.", 400
            )
        target = value(p, "TargetDBInstanceIdentifier")
        return restore(p, "RestoreDBInstanceToPointInTime", target, source, source["DbiResourceId"].lower())

    rds._ACTION_MAP["RestoreDBInstanceToPointInTime"] = to_point_in_time


def close_snapshots():
    create = rds._create_db_snapshot
    delete = rds._delete_db_snapshot
    restore_empty = rds._restore_from_snapshot

    def create_db_snapshot(p):
        answer = create(p)
        source = rds._resolve_instance(value(p, "DBInstanceIdentifier"))
        if not is_success(answer) or not is_ours(source):
            return answer
        snapshot = rds._snapshots[value(p, "DBSnapshotIdentifier")]
        snapshot["_Copy"] = f"snapshot-{new_uuid()}"
        snapshot["_Source"] = {**source}
        snapshot.update(Status="creating", PercentProgress=0)
        data_plane.in_background(keep, snapshot, source["DbiResourceId"].lower())
        return rds._xml(
            200,
            "CreateDBSnapshotResponse",
            f"<CreateDBSnapshotResult><DBSnapshot>{rds._snapshot_xml(snapshot)}</DBSnapshot></CreateDBSnapshotResult>",
        )

    def keep(snapshot, source):
        try:
            data_plane.order("snapshot-database", id=snapshot["_Copy"], of=source)
        except Exception:
            snapshot["Status"] = "failed"
            raise
        snapshot.update(Status="available", PercentProgress=100)

    def delete_db_snapshot(p):
        kept = (rds._snapshots.get(value(p, "DBSnapshotIdentifier")) or {}).get("_Copy")
        answer = delete(p)
        if is_success(answer) and kept:
            data_plane.in_background(lambda: data_plane.order("remove-database", id=kept))
        return answer

    def restore_from_snapshot(p):
        snapshot = rds._snapshots.get(value(p, "DBSnapshotIdentifier"))
        if not snapshot or snapshot["Engine"] != "postgres":
            return restore_empty(p)
        if "_Copy" not in snapshot:
            return rds._error(
                "InvalidDBSnapshotState", "The sandbox keeps no data in final snapshots: there is nothing to restore.", 400
            )
        if snapshot["Status"] != "available":
            return rds._error("InvalidDBSnapshotState", f"The snapshot is {snapshot['Status']}, not available.", 400)
        name = value(p, "DBInstanceIdentifier")
        return restore(p, "RestoreDBInstanceFromDBSnapshot", name, snapshot["_Source"], snapshot["_Copy"])

    replace(rds, "_create_db_snapshot", create_db_snapshot)
    replace(rds, "_delete_db_snapshot", delete_db_snapshot)
    replace(rds, "_restore_from_snapshot", restore_from_snapshot)


def close_restorable_time():
    describe = rds._instance_xml

    def instance_xml(record):
        """Every moment is kept up to now, if any is."""
        if not is_ours(record):
            return describe(record)
        latest = f"<LatestRestorableTime>{rds._format_time(time.time())}</LatestRestorableTime>"
        kept = record["BackupRetentionPeriod"] and record["DBInstanceStatus"] != "creating"
        return re.sub("<LatestRestorableTime>.*?</LatestRestorableTime>", latest if kept else "", describe(record))

    replace(rds, "_instance_xml", instance_xml)
