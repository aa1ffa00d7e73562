"""
A secret that is created without a value has no version, as in AWS. MiniStack gives it one that is current and empty, so that
whoever makes up missing values finds none missing.
"""

from ministack.services import secretsmanager

from emulator.patching import after, is_success


def close():
    after(secretsmanager, "_create_secret", without_version)


def without_version(answer, data):
    if is_success(answer) and "SecretString" not in data and "SecretBinary" not in data:
        secretsmanager._secrets[data["Name"]]["Versions"].clear()
    return answer
