"""MiniStack's Backup has no vault locks, no notifications and no policies of vaults."""

import json
import re
import time

from ministack.services import backup

PATH = re.compile(r"^/backup-vaults/([^/]+)/(vault-lock|notification-configuration|access-policy)/?$")


def close():
    before = backup.handle_request

    async def handle_request(method, path, headers, body, query_params):
        asked = PATH.match(path)
        operation = OPERATIONS.get((method, asked[2])) if asked else None
        if operation is None:
            return await before(method, path, headers, body, query_params)
        vault = backup._vaults.get(asked[1])
        if vault is None:
            return backup._err("ResourceNotFoundException", f"Vault '{asked[1]}' not found.", 404)
        return operation(vault, json.loads(body or b"{}"))

    backup.handle_request = handle_request


def lock(vault, request):
    """In AWS a lock with a grace period (ChangeableForDays) cannot be taken away once that is over."""
    if is_final(vault):
        return backup._err("InvalidRequestException", "The vault lock is in compliance mode and past its grace period.")
    vault["Locked"] = True
    vault.pop("LockDate", None)
    for name in ("MinRetentionDays", "MaxRetentionDays"):
        vault.pop(name, None)
        if name in request:
            vault[name] = request[name]
    if "ChangeableForDays" in request:
        vault["LockDate"] = time.time() + request["ChangeableForDays"] * 86_400
    return backup._no_content()


def unlock(vault, _request):
    if is_final(vault):
        return backup._err("InvalidRequestException", "The vault lock is in compliance mode and past its grace period.")
    vault["Locked"] = False
    for name in ("MinRetentionDays", "MaxRetentionDays", "LockDate"):
        vault.pop(name, None)
    return backup._no_content()


def is_final(vault):
    return "LockDate" in vault and vault["LockDate"] <= time.time()


def keep(name, fields):
    def operation(vault, request):
        vault[name] = {field: request[field] for field in fields if field in request}
        return backup._no_content()

    return operation


def show(name):
    def operation(vault, _request):
        if name not in vault:
            return backup._err("ResourceNotFoundException", f"The vault has no {name[1:]}.", 404)
        names = {"BackupVaultName": vault["BackupVaultName"], "BackupVaultArn": vault["BackupVaultArn"]}
        return backup._ok({**names, **vault[name]})

    return operation


def forget(name):
    def operation(vault, _request):
        vault.pop(name, None)
        return backup._no_content()

    return operation


OPERATIONS = {
    ("PUT", "vault-lock"): lock,
    ("DELETE", "vault-lock"): unlock,
    ("PUT", "notification-configuration"): keep("_notifications", ("SNSTopicArn", "BackupVaultEvents")),
    ("GET", "notification-configuration"): show("_notifications"),
    ("DELETE", "notification-configuration"): forget("_notifications"),
    ("PUT", "access-policy"): keep("_policy", ("Policy",)),
    ("GET", "access-policy"): show("_policy"),
    ("DELETE", "access-policy"): forget("_policy"),
}
