"""
MiniStack runs databases in Docker, or pretends. Here an instance of the engine postgres is a real cluster of the sandbox
(data-plane/databases.ts) at a loopback address of its own.

It also forgets much of what CreateDBInstance and ModifyDBInstance say, has no managed master secret for instances, and deletes
without asking for the name of a final snapshot. In AWS all of that reads back, or is refused.
"""

import json
import logging

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import rds, secretsmanager

from emulator import data_plane
from emulator.patching import after, is_success, replace

logger = logging.getLogger("gap.rds")

FLAGS = {
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "DedicatedLogVolume": "DedicatedLogVolume",
}
NUMBERS = {"StorageThroughput": "StorageThroughput", "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod"}
TEXTS = {
    "PreferredBackupWindow": "PreferredBackupWindow",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "PerformanceInsightsKMSKeyId": "PerformanceInsightsKMSKeyId",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "NetworkType": "NetworkType",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "BackupTarget": "BackupTarget",
}
# From PostgreSQL 15 on, RDS' own parameter groups force TLS (RDS User Guide, "Requiring an SSL connection").
FORCES_TLS_FROM = 15


def value(p, name):
    return rds._p(p, name)


def take_over(record, p):
    """Writes what the request says into the record, as far as MiniStack does not."""
    for source, target in FLAGS.items():
        if value(p, source):
            record[target] = value(p, source) == "true"
    for source, target in NUMBERS.items():
        if value(p, source):
            record[target] = int(value(p, source))
    for source, target in TEXTS.items():
        if value(p, source):
            record[target] = value(p, source)
    if value(p, "CACertificateIdentifier"):
        record["CACertificateIdentifier"] = value(p, "CACertificateIdentifier")
        record["CertificateDetails"]["CAIdentifier"] = value(p, "CACertificateIdentifier")


def fill_in(record, p):
    """What AWS decides when the request leaves it open."""
    record["DBName"] = value(p, "DBName")
    record["EnabledCloudwatchLogsExports"] = rds._parse_member_list(p, "EnableCloudwatchLogsExports")
    record["LicenseModel"] = value(p, "LicenseModel") or "postgresql-license"
    if record["StorageType"] == "gp3":
        record["Iops"] = record.get("Iops") or 3000
        record["StorageThroughput"] = record.get("StorageThroughput") or 125
    default_key = f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/rds"
    if record["StorageEncrypted"] and not record["KmsKeyId"]:
        record["KmsKeyId"] = default_key
    if record["PerformanceInsightsEnabled"] and not record.get("PerformanceInsightsKMSKeyId"):
        record["PerformanceInsightsKMSKeyId"] = default_key
    record.setdefault("DatabaseInsightsMode", "standard")
    record.setdefault("EngineLifecycleSupport", "open-source-rds-extended-support")


def manage_master_password(record, key_id):
    """The secret that RDS keeps in Secrets Manager for the master user."""
    content = {"username": record["MasterUsername"], "password": record["_MasterUserPassword"]}
    arn, _ = secretsmanager._store_new_secret(
        f"rds!{record['DbiResourceId'].lower()}-{new_uuid()[:8]}",
        secret_string=json.dumps(content),
        description=f"Secret associated with primary RDS DB instance: {record['DBInstanceArn']}",
        kms_key_id=key_id or None,
        tags=[
            {"Key": "aws:rds:primaryDBInstanceArn", "Value": record["DBInstanceArn"]},
            {"Key": "aws:secretsmanager:owningService", "Value": "rds"},
        ],
    )
    key = key_id or f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/secretsmanager"
    record["MasterUserSecret"] = {"SecretArn": arn, "SecretStatus": "active", "KmsKeyId": key}


def forget_master_secret(record):
    secret = record.pop("MasterUserSecret", None)
    if secret:
        secretsmanager.delete_secret_in_process(secret["SecretArn"])


def forces_tls(record):
    name = record["DBParameterGroups"][0]["DBParameterGroupName"]
    set_here = (rds._param_groups.get(name) or {}).get("Parameters", {}).get("rds.force_ssl")
    if set_here:
        return set_here["ParameterValue"] == "1"
    return int(record["EngineVersion"].split(".")[0]) >= FORCES_TLS_FROM


def is_ours(record):
    return record["Engine"] == "postgres" and not record.get("DBClusterIdentifier")


# How often each cluster was asked to be brought up, by resource id.
_times_asked = {}


def bring_up_soon(record):
    """Brings it up beside the request; of several that run at once the last one says that it is available."""
    turn = _times_asked[record["DbiResourceId"]] = _times_asked.get(record["DbiResourceId"], 0) + 1
    data_plane.in_background(bring_up, record, turn)


def bring_up(record, turn):
    """Makes the real cluster be as the record says."""
    database = {"database": record["DBName"]} if record["DBName"] else {}
    answer = data_plane.order(
        "ensure-database",
        id=record["DbiResourceId"].lower(),
        masterUser=record["MasterUsername"],
        masterPassword=record["_MasterUserPassword"],
        forceTls=forces_tls(record),
        **database,
        **({"copyOf": record["_CopyOf"]} if record.get("_CopyOf") else {}),
    )
    record["Endpoint"] = {"Address": answer["host"], "Port": answer["port"], "HostedZoneId": "Z1PVIF0B656C1W"}
    for group in record["DBParameterGroups"]:
        group["ParameterApplyStatus"] = "in-sync"
    if _times_asked[record["DbiResourceId"]] == turn:
        rds._instance_available_unless_stopped(record)


def close():
    close_create()
    close_modify()
    close_delete()
    close_restart()
    close_description()


# MiniStack's own way to make an instance, for create().
_ministack = {}


def create(p, copy_of=None):
    """Makes an instance as the request says, empty or with the data of another. Returns its record, or MiniStack's refusal."""
    managed = value(p, "ManageMasterUserPassword") == "true"
    if managed and value(p, "MasterUserPassword"):
        return None, rds._error(
            "InvalidParameterCombination",
            "You can't specify MasterUserPassword when ManageMasterUserPassword is enabled.",
            400,
        )
    if managed:
        p = {**p, "MasterUserPassword": [rds._generate_master_user_password()]}
    answer = _ministack["create"](p)
    if not is_success(answer):
        return None, answer
    record = rds._instances[value(p, "DBInstanceIdentifier")]
    take_over(record, p)
    fill_in(record, p)
    if copy_of:
        record["_CopyOf"] = copy_of
    if managed:
        manage_master_password(record, value(p, "MasterUserSecretKmsKeyId"))
    record["DBInstanceStatus"] = "creating"
    bring_up_soon(record)
    return record, None


def close_create():
    _ministack["create"] = rds._create_db_instance

    def create_db_instance(p):
        if value(p, "Engine") != "postgres" or value(p, "DBClusterIdentifier"):
            return _ministack["create"](p)
        record, refusal = create(p)
        return refusal or rds._single_instance_response("CreateDBInstanceResponse", "CreateDBInstanceResult", record)

    replace(rds, "_create_db_instance", create_db_instance)


def close_modify():
    modify = rds._modify_db_instance

    def modify_db_instance(p):
        record = rds._resolve_instance(value(p, "DBInstanceIdentifier"))
        if not record or not is_ours(record):
            return modify(p)
        new_name = value(p, "NewDBInstanceIdentifier")
        if new_name and new_name != record["DBInstanceIdentifier"] and new_name in rds._instances:
            return rds._error("DBInstanceAlreadyExists", f"DB instance {new_name} already exists", 400)
        # MiniStack would log in with the old password over a driver that is not installed; bring_up sets the new one.
        answer = modify({name: given for name, given in p.items() if name != "MasterUserPassword"})
        if not is_success(answer):
            return answer
        take_over(record, p)
        change_logs(record, p)
        change_password(record, p)
        if new_name:
            rename(record, new_name)
        record["DBInstanceStatus"] = "modifying" if record["DBInstanceStatus"] == "available" else record["DBInstanceStatus"]
        bring_up_soon(record)
        return rds._single_instance_response("ModifyDBInstanceResponse", "ModifyDBInstanceResult", record)

    replace(rds, "_modify_db_instance", modify_db_instance)
    for name in ("_modify_param_group", "_reset_param_group"):
        after(rds, name, apply_parameters)


def apply_parameters(answer, p):
    name = value(p, "DBParameterGroupName")
    for record in rds._instances.values():
        if is_ours(record) and any(group["DBParameterGroupName"] == name for group in record["DBParameterGroups"]):
            bring_up_soon(record)
    return answer


def change_logs(record, p):
    prefix = "CloudwatchLogsExportConfiguration"
    off = rds._parse_member_list(p, f"{prefix}.DisableLogTypes")
    on = rds._parse_member_list(p, f"{prefix}.EnableLogTypes")
    kept = [name for name in record["EnabledCloudwatchLogsExports"] if name not in off]
    record["EnabledCloudwatchLogsExports"] = [*kept, *(name for name in on if name not in kept)]


def change_password(record, p):
    if value(p, "MasterUserPassword"):
        record["_MasterUserPassword"] = value(p, "MasterUserPassword")
    managed = value(p, "ManageMasterUserPassword")
    if managed == "false":
        forget_master_secret(record)
    elif managed == "true" and "MasterUserSecret" not in record:
        record["_MasterUserPassword"] = rds._generate_master_user_password()
        manage_master_password(record, value(p, "MasterUserSecretKmsKeyId"))
    elif value(p, "RotateMasterUserPassword") == "true" and "MasterUserSecret" in record:
        record["_MasterUserPassword"] = rds._generate_master_user_password()
        content = {"username": record["MasterUsername"], "password": record["_MasterUserPassword"]}
        secretsmanager.put_secret_value_in_process(record["MasterUserSecret"]["SecretArn"], json.dumps(content))


def rename(record, name):
    tags = rds._tags.pop(record["DBInstanceArn"], None)
    del rds._instances[record["DBInstanceIdentifier"]]
    record["DBInstanceIdentifier"] = name
    record["DBInstanceArn"] = f"arn:aws:rds:{get_region()}:{get_account_id()}:db:{name}"
    rds._instances[name] = record
    if tags:
        rds._tags[record["DBInstanceArn"]] = tags


def close_delete():
    delete = rds._delete_db_instance

    def delete_db_instance(p):
        record = rds._resolve_instance(value(p, "DBInstanceIdentifier"))
        if not record or not is_ours(record):
            return delete(p)
        if value(p, "SkipFinalSnapshot") != "true" and not value(p, "FinalDBSnapshotIdentifier"):
            return rds._error(
                "InvalidParameterCombination",
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.",
                400,
            )
        answer = delete(p)
        if is_success(answer):
            forget_master_secret(record)
            data_plane.in_background(lambda: data_plane.order("remove-database", id=record["DbiResourceId"].lower()))
        return answer

    replace(rds, "_delete_db_instance", delete_db_instance)


def close_restart():
    start = rds._start_rds_container_for_instance

    def start_for_instance(db_id, record):
        """Called for each instance after MiniStack was started again."""
        if not is_ours(record):
            return start(db_id, record)
        if record.get("_stopped"):
            record["DBInstanceStatus"] = "stopped"
        else:
            bring_up_soon(record)

    replace(rds, "_start_rds_container_for_instance", start_for_instance)

    def follow_stop(answer, p):
        record = rds._resolve_instance(value(p, "DBInstanceIdentifier"))
        if is_success(answer) and record and is_ours(record):
            record["_stopped"] = True
            data_plane.in_background(lambda: data_plane.order("halt-database", id=record["DbiResourceId"].lower()))
        return answer

    def follow_start(answer, p):
        record = rds._resolve_instance(value(p, "DBInstanceIdentifier"))
        if is_success(answer) and record and is_ours(record):
            record.pop("_stopped", None)
            record["DBInstanceStatus"] = "starting"
            bring_up_soon(record)
        return answer

    after(rds, "_stop_db_instance", follow_stop)
    after(rds, "_start_db_instance", follow_start)


def close_description():
    describe = rds._instance_xml

    def instance_xml(record):
        text = describe(record)
        exports = "".join(f"<member>{name}</member>" for name in record.get("EnabledCloudwatchLogsExports", []))
        text = text.replace(
            "<EnabledCloudwatchLogsExports/>",
            f"<EnabledCloudwatchLogsExports>{exports}</EnabledCloudwatchLogsExports>",
        )
        for name in ("PerformanceInsightsKMSKeyId", "DatabaseInsightsMode", "EngineLifecycleSupport"):
            if record.get(name):
                text += f"<{name}>{record[name]}</{name}>"
        secret = record.get("MasterUserSecret")
        if secret:
            fields = "".join(f"<{name}>{given}</{name}>" for name, given in secret.items())
            text += f"<MasterUserSecret>{fields}</MasterUserSecret>"
        if "DedicatedLogVolume" in record:
            text += f"<DedicatedLogVolume>{str(record['DedicatedLogVolume']).lower()}</DedicatedLogVolume>"
        return text

    replace(rds, "_instance_xml", instance_xml)
