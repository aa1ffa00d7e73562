"""Orders to the gateway's process, which runs the databases and caches (data-plane/orders.ts)."""

import contextvars
import json
import logging
import os
import threading
import urllib.error
import urllib.request

logger = logging.getLogger("data-plane")

# Longer than a cluster takes to be made or to recover; seconds.
LIMIT = 120

# No proxy of the environment stands between us and the gateway.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def order(name, /, **content):
    """Has an order carried out and returns what it answers. Raises RuntimeError with the reason when it cannot be."""
    request = urllib.request.Request(
        f"{os.environ['SLIPWAY_DATA_PLANE']}/{name}",
        data=json.dumps(content).encode(),
        headers={
            "authorization": f"Bearer {os.environ['SLIPWAY_DATA_PLANE_TOKEN']}",
            "content-type": "application/json",
        },
    )
    try:
        with _opener.open(request, timeout=LIMIT) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{name}: {error.read().decode(errors='replace')}") from error


def in_background(action, *arguments):
    """Runs `action` beside the request, in the request's account and region; failures are logged."""

    def logged():
        try:
            action(*arguments)
        except Exception as error:
            logger.error("%s: %s", getattr(action, "__name__", "order"), error)

    threading.Thread(target=contextvars.copy_context().run, args=(logged,), daemon=True).start()
