"""
MiniStack saves its state when it ends in peace, and so loses all of it to a kill -9. Here a request that changed a service
is answered only when that service's state is on disk; what it changed in other services, and what changes between requests
(a task that ends), follows within a moment.
"""

import hashlib
import json
import logging
import os
import threading

from ministack.core import persistence
from ministack.core.router import detect_service

logger = logging.getLogger("journal")

# Seconds between a change and the save of the services that the request did not name.
DELAY = 0.2
# Seconds between looks for changes that no request made.
IDLE = 2.0


class Journal:
    """Writes the state of MiniStack's services; one file each, replaced in one step."""

    def __init__(self, ministack):
        self._ministack = ministack
        self._written = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()

    def around(self, app):
        """The ASGI application, with saving before each answer."""

        async def journaled(scope, receive, send):
            if scope["type"] == "lifespan":
                threading.Thread(target=self._follow, daemon=True, name="journal").start()
            if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
                return await app(scope, receive, send)

            async def send_after_saving(message):
                if message["type"] == "http.response.start":
                    self._save_service_of(scope)
                    self._wake.set()
                await send(message)

            await app(scope, receive, send_after_saving)

        return journaled

    def _save_service_of(self, scope):
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        service = detect_service(scope["method"], scope["path"], headers, {})
        entry = self._ministack.SERVICE_REGISTRY.get(service)
        if entry is not None:
            self._save({entry.get("state_key", entry["module"]), *entry.get("sub_modules", ())})

    def _follow(self):
        while True:
            if self._wake.wait(IDLE):
                self._wake.clear()
                threading.Event().wait(DELAY)
            self._save(None)

    def _save(self, keys):
        """Saves the services with these keys, or all, as far as they changed."""
        with self._lock:
            for key, get_state in self._ministack._build_persistence_save_dict().items():
                if keys is not None and key not in keys:
                    continue
                try:
                    self._save_one(key, get_state)
                except RuntimeError:
                    # A dictionary changed while it was walked; whoever changed it wakes us again.
                    self._wake.set()

    def _save_one(self, key, get_state):
        state = get_state()
        if state is None:
            return
        wrapped = {"__ministack_format__": persistence._state_format_version(key), "payload": state}
        text = json.dumps(wrapped, default=persistence._json_default)
        digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
        if self._written.get(key) == digest:
            return
        os.makedirs(persistence.STATE_DIR, mode=0o700, exist_ok=True)
        path = os.path.join(persistence.STATE_DIR, f"{key}.json")
        with open(f"{path}.tmp", "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
        os.replace(f"{path}.tmp", path)
        self._written[key] = digest
