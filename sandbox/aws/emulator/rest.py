"""More operations for a service of MiniStack whose requests are told apart by method and path (REST with JSON)."""

import inspect
import json
import re
import urllib.parse

from ministack.core.responses import error_response_json, json_response

from emulator.patching import Refusal


class Request:
    """What an operation is told besides the parts of the path."""

    def __init__(self, body, query, headers):
        self.body = body
        self.headers = headers
        self._query = query

    def one(self, name, default=None):
        """A parameter of the query that is given once."""
        values = self.many(name)
        return values[0] if values else default

    def many(self, name):
        """A parameter of the query that may be given several times."""
        values = self._query.get(name, [])
        return values if isinstance(values, list) else [values]


def add_routes(module, routes):
    """
    Lets a service answer more paths, or answer them otherwise: (method, pattern, operation), the first that fits. An operation
    takes the request and the pattern's groups, returns the answer's content, and raises Refusal.
    """
    known = [(method, re.compile(pattern), operation) for method, pattern, operation in routes]
    before = module.handle_request

    async def handle_request(method, path, headers, body, query_params):
        for verb, pattern, operation in known:
            found = pattern.fullmatch(path) if verb == method else None
            if found:
                request = Request(json.loads(body or b"{}"), query_params, headers)
                return answer_of(operation, request, [urllib.parse.unquote(group) for group in found.groups()])
        answer = before(method, path, headers, body, query_params)
        return await answer if inspect.isawaitable(answer) else answer

    module.handle_request = handle_request


def answer_of(operation, request, groups):
    try:
        return json_response(operation(request, *groups) or {})
    except Refusal as refusal:
        return error_response_json(refusal.code, str(refusal), refusal.status)
