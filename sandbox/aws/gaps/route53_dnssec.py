"""MiniStack does not answer GetDNSSEC, which the AWS provider asks before it deletes a zone. No zone here is signed."""

import re

from ministack.services import route53

PATH = re.compile(r"^/2013-04-01/hostedzone/([^/]+)/dnssec/?$")
ANSWER = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<GetDNSSECResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">'
    "<Status><ServeSignature>NOT_SIGNING</ServeSignature></Status><KeySigningKeys/></GetDNSSECResponse>"
)


def close():
    before = route53.handle_request

    async def handle_request(method, path, headers, body, query_params):
        asked = PATH.match(path)
        if method == "GET" and asked and asked[1] in route53._zones:
            return 200, {"Content-Type": "text/xml"}, ANSWER.encode()
        return await before(method, path, headers, body, query_params)

    route53.handle_request = handle_request
