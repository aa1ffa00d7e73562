"""How a gap changes a service of MiniStack."""

import json

from ministack.core.responses import error_response_json, json_response


class Refusal(Exception):
    """An operation's error as AWS names it."""

    def __init__(self, code, message, status=400):
        super().__init__(message)
        self.code = code
        self.status = status


def replace(module, name, function):
    """
    Puts `function` in the place of `module.name`, also in the module's tables of operations.
    Returns what was there, for the new one to call.
    """
    before = getattr(module, name)
    for table in vars(module).values():
        if isinstance(table, dict):
            for key, value in list(table.items()):
                if value is before:
                    table[key] = function
    setattr(module, name, function)
    return before


def after(module, name, follow_up):
    """Calls `follow_up(answer, *arguments)` after each call of `module.name`; what it returns is the answer."""
    before = getattr(module, name)

    def both(*arguments):
        return follow_up(before(*arguments), *arguments)

    replace(module, name, both)


def is_success(answer):
    """Whether an operation's (status, headers, body) is no error."""
    return answer[0] < 400


def add_operations(module, operations):
    """Lets a JSON service of MiniStack know more operations: functions of the request that return the answer's content."""
    before = module.handle_request

    async def handle_request(method, path, headers, body, query_params):
        operation = operations.get(headers.get("x-amz-target", "").split(".")[-1])
        if operation is None:
            return await before(method, path, headers, body, query_params)
        try:
            return json_response(operation(json.loads(body or b"{}")) or {})
        except Refusal as refusal:
            return error_response_json(refusal.code, str(refusal), refusal.status)

    module.handle_request = handle_request


def keep_also(module, stores):
    """Makes dictionaries (by name) a part of what a service of MiniStack saves and restores."""
    state, load = module.get_state, module.load_persisted_state

    def get_state():
        return {**state(), **stores}

    def load_persisted_state(data):
        for name, store in stores.items():
            store.update((data or {}).get(name, {}))
        return load(data)

    module.get_state = get_state
    module.load_persisted_state = load_persisted_state
