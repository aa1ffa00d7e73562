"""
MiniStack answers any GetCallerIdentity. One that is presigned is what a token of EKS holds: whoever gets it sends it on, so here, as in AWS,
its signature is judged with the secret of the key that it names, over the headers that it says were signed.
"""

import re

from ministack.core import sigv4
from ministack.core.iam_evaluator import CredentialResolutionError, find_iam_access_key_account, resolve_credential
from ministack.core.responses import _account_from_sts_session
from ministack.services import sts

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

# What every run in the sandbox signs with (sandbox/aws/environment.ts).
ACCOUNT_SECRET = "sandbox"


def close():
    before = sts.handle_request

    async def handle_request(method, path, headers, body, query_params):
        if "X-Amz-Signature" in query_params and value(query_params, "Action") == "GetCallerIdentity":
            refusal = refusal_of(method, path, headers, query_params)
            if refusal:
                return sts._error(403, *refusal, ns="sts")
        return await before(method, path, headers, body, query_params)

    sts.handle_request = handle_request


def value(query, name):
    found = query.get(name) or ""
    return found[0] if isinstance(found, (list, tuple)) else found


def refusal_of(method, path, headers, query):
    key, _, rest = value(query, "X-Amz-Credential").partition("/")
    scope = rest.split("/")
    if len(scope) != 4 or scope[2:] != ["sts", "aws4_request"]:
        return "IncompleteSignature", "X-Amz-Credential is not of the form <key>/<date>/<region>/sts/aws4_request."
    secret = secret_of(key, value(query, "X-Amz-Security-Token"))
    if secret is None:
        return "InvalidClientTokenId", "The security token included in the request is invalid."
    signed_headers = value(query, "X-Amz-SignedHeaders")
    canonical = sigv4.build_canonical_request(method, path or "/", headers, query, signed_headers, payload_hash=EMPTY)
    text = sigv4.build_string_to_sign(value(query, "X-Amz-Date"), *scope[:3], canonical)
    if not sigv4.signatures_match(sigv4.calculate_signature(secret, *scope[:3], text), value(query, "X-Amz-Signature")):
        return "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."
    return None


def secret_of(key, token):
    """An account's own key is its number; others are those that IAM and STS gave."""
    if re.fullmatch(r"\d{12}", key):
        return ACCOUNT_SECRET
    account = find_iam_access_key_account(key) or _account_from_sts_session(key)
    credential = resolve_credential(key, account, token or None) if account else None
    if credential is None or isinstance(credential, CredentialResolutionError):
        return None
    return credential.secret_access_key
