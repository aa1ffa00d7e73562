"""
Runs MiniStack for the sandbox: on 127.0.0.1 only, with the gaps closed, and with every change on disk before it is answered.

Called by emulator.ts with MiniStack's own variables (GATEWAY_PORT, STATE_DIR, PERSIST_STATE, ...). Ends at once on SIGTERM
and SIGINT, since nothing is left to save, and when its parent is gone.
"""

import asyncio
import importlib
import os
import pathlib
import pkgutil
import signal
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack

import gaps
from emulator.journal import Journal

HOST = "127.0.0.1"


def close_gaps() -> None:
    """Lets every module of gaps/ change MiniStack, in the order of their names."""
    for found in sorted(pkgutil.iter_modules(gaps.__path__), key=lambda module: module.name):
        importlib.import_module(f"gaps.{found.name}").close()


def end_with_parent(parent: int) -> None:
    """Nobody asks an emulator whose gateway was killed; the next one starts another."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


def main() -> None:
    close_gaps()
    journal = Journal(ministack)
    config = Config()
    config.bind = [f"{HOST}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: os._exit(0))
    threading.Thread(target=end_with_parent, args=(os.getppid(),), daemon=True).start()
    never = asyncio.Event
    asyncio.run(serve(journal.around(ministack.app), config, shutdown_trigger=lambda: never().wait()))


if __name__ == "__main__":
    main()
