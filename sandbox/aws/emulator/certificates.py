"""
Makes the certificates of the local databases and caches: an authority of this checkout and one certificate for 127.0.0.1 and the servers' addresses.

Called as: certificates.py <folder> <address>... What is there and lasts another 30 days stays.
"""

import datetime
import os
import pathlib
import sys

from cryptography import x509
from ministack.core import x509_utils


def lasts(file):
    limit = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)
    return file.exists() and x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc > limit


def names(file, addresses):
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(address) for address in named.get_values_for_type(x509.IPAddress)} >= set(addresses)


def write(file, text):
    temporary = file.with_suffix(".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w") as stream:
        stream.write(text)
    temporary.replace(file)


def main(folder, addresses):
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority, authority_key = folder / "ca.pem", folder / "ca.key"
    if not (lasts(authority) and authority_key.exists()):
        certificate, key = x509_utils.generate_ca("Slipway", "Slipway sandbox CA")
        write(authority_key, key)
        write(authority, certificate)
        (folder / "server.pem").unlink(missing_ok=True)
    server, server_key = folder / "server.pem", folder / "server.key"
    if not (lasts(server) and server_key.exists() and names(server, addresses)):
        certificate, key, _ = x509_utils.sign_leaf_certificate(
            authority.read_text(),
            authority_key.read_text(),
            common_name="127.0.0.1",
            san_dns=["localhost"],
            san_ips=["127.0.0.1", *addresses],
        )
        write(server_key, key)
        write(server, certificate)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
