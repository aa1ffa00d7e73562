"""MiniStack forgets the options of a certificate that is requested; in AWS they read back, with their defaults."""

import json

from ministack.services import acm

from emulator.patching import after, is_success

DEFAULTS = {"CertificateTransparencyLoggingPreference": "ENABLED", "Export": "DISABLED"}


def close():
    def keep_options(answer, data):
        if is_success(answer):
            certificate = acm._certificates[json.loads(answer[2])["CertificateArn"]]
            certificate["Options"] = {**DEFAULTS, **data.get("Options", {})}
        return answer

    after(acm, "_request_certificate", keep_options)
