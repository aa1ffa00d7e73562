"""A service that MiniStack does not have: JSON operations by the name in X-Amz-Target, and a state that persists."""

import json
import sys
import types

from ministack import app as ministack
from ministack.core import router
from ministack.core.responses import error_response_json, json_response

from emulator.patching import Refusal


class Stores:
    """The service's state: dictionaries by name, scoped by account and region."""

    def __init__(self, **stores):
        self.stores = stores

    def get_state(self):
        return dict(self.stores)

    def load(self, data):
        for name, store in self.stores.items():
            store.update(data.get(name, {}))

    def reset(self):
        for store in self.stores.values():
            store.clear()


def add_service(name, module_name, target_prefixes, operations, stores, aliases=()):
    """Makes MiniStack route requests for a service to our operations, and save its state with the others."""

    async def handle_request(method, path, headers, body, query_params):
        action = headers.get("x-amz-target", "").split(".")[-1]
        operation = operations.get(action)
        if operation is None:
            return error_response_json("UnknownOperationException", f"{name} has no operation {action} here.", 400)
        try:
            return json_response(operation(json.loads(body or b"{}")) or {})
        except Refusal as refusal:
            return error_response_json(refusal.code, str(refusal), refusal.status)

    module = types.ModuleType(f"ministack.services.{module_name}")
    module.handle_request = handle_request
    module.get_state = stores.get_state
    module.load_persisted_state = stores.load
    module.reset = stores.reset
    sys.modules[module.__name__] = module
    ministack._loaded_modules[module_name] = module
    ministack._state_map[module_name] = module_name
    for known in (name, *aliases):
        ministack.SERVICE_REGISTRY[known] = {"module": module_name}
        ministack.SERVICE_HANDLERS[known] = handle_request
    router.SERVICE_PATTERNS[name] = {"target_prefixes": list(target_prefixes)}
