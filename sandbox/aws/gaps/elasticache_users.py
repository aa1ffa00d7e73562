"""
MiniStack writes a user's access string into XML as it is, which no client can read when it holds an "&" (as in "&*"), and takes
every user for one with a password or none: AuthenticationMode, and so IAM, is forgotten.
"""

from xml.sax.saxutils import escape

from ministack.services import elasticache

from emulator.patching import after, is_success, replace

# What CreateUser calls a way to log in, and what DescribeUsers calls it.
TYPES = {"iam": "iam", "password": "password", "no-password-required": "no-password"}


def close():
    describe = elasticache._user_xml

    def user_xml(user):
        text = describe({**user, "AccessString": escape(user.get("AccessString", ""))})
        return f"{text}<MinimumEngineVersion>{minimum_version(user)}</MinimumEngineVersion>"

    replace(elasticache, "_user_xml", user_xml)
    for name in ("_create_user", "_modify_user"):
        after(elasticache, name, set_authentication)


def minimum_version(user):
    return "7.2" if user.get("Engine") == "valkey" else "7.0" if user["Authentication"]["Type"] == "iam" else "6.0"


def set_authentication(answer, p):
    user = elasticache._users.get(elasticache._p(p, "UserId"))
    wanted = elasticache._p(p, "AuthenticationMode.Type")
    if not is_success(answer) or not user or wanted not in TYPES:
        return answer
    count = sum(1 for name in p if name.startswith("AuthenticationMode.Passwords.member."))
    user["Authentication"] = {"Type": TYPES[wanted], "PasswordCount": count}
    operation = "CreateUser" if "CreateUserResult" in answer[2].decode() else "ModifyUser"
    return elasticache._xml(
        200, f"{operation}Response", f"<{operation}Result>{elasticache._user_xml(user)}</{operation}Result>"
    )
