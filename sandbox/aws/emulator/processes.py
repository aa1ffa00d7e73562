"""
What MiniStack takes for a Docker client, as far as tasks need one: a container is a process of this machine.

Only images that a process stands for can be run; which ones, and how, says the variable SLIPWAY_OPERATOR_IMAGE.
"""

import json
import os
import queue
import signal
import subprocess
import threading
import uuid

# Seconds between SIGTERM and SIGKILL; ECS waits 30 by default (stopTimeout).
PATIENCE = 10
# What a process of this machine needs to run at all, and the sandbox's mark, by which leftovers are found.
INHERITED = ("PATH", "HOME", "TMPDIR", "SLIPWAY_CACHE", "SLIPWAY_SANDBOX_PART")

_image = json.loads(os.environ.get("SLIPWAY_OPERATOR_IMAGE", "null"))
_task_environment = json.loads(os.environ.get("SLIPWAY_TASK_ENVIRONMENT", "{}"))


def stands_for(image):
    """Whether a process stands for the image: its repository's last part is the one we know."""
    repository = image.split("@")[0]
    last = repository.rsplit("/", 1)[-1].split(":")[0]
    return _image is not None and last == _image["repository"]


class Container:
    """A process that looks like a container."""

    def __init__(self, arguments, environment, directory):
        self.id = uuid.uuid4().hex
        self.attrs = {"NetworkSettings": {"Networks": {}}}
        self._lines = queue.SimpleQueue()
        self._read_to_end = threading.Event()
        self._follower_done = threading.Event()
        self._followed = False
        self._process = subprocess.Popen(
            arguments,
            env=environment,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line)
        self._process.wait()
        self._lines.put(None)
        self._read_to_end.set()

    @property
    def status(self):
        """Exited once the process is gone and whoever follows its output has all of it."""
        if self._process.poll() is None or not self._read_to_end.is_set():
            return "running"
        if self._followed and not self._follower_done.wait(2):
            return "running"
        return "exited"

    def reload(self):
        """The status is always of now."""

    def logs(self, **_options):
        """The output line by line, to its end."""
        self._followed = True
        while (line := self._lines.get()) is not None:
            yield line
        self._follower_done.set()

    def wait(self):
        code = self._process.wait()
        # As a shell and Docker say it: 128 and the signal.
        return {"StatusCode": code if code >= 0 else 128 - code}

    def stop(self, timeout=PATIENCE):
        self._signal(signal.SIGTERM)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._process.wait()

    def remove(self, **_options):
        _containers.pop(self.id, None)

    def _signal(self, name):
        if self._process.poll() is None:
            os.killpg(self._process.pid, name)


_containers = {}


class Containers:
    """docker.containers."""

    def get(self, container_id):
        return _containers[container_id]

    def run(self, image, command=None, environment=None, **_options):
        if not stands_for(image):
            raise RuntimeError(f"no process stands for the image {image}")
        ours = {name: os.environ[name] for name in INHERITED if name in os.environ}
        container = Container(
            [*_image["entrypoint"], *(command or [])],
            {**ours, **_for_a_task(environment or {}), **_task_environment},
            _image["directory"],
        )
        _containers[container.id] = container
        return container


def _for_a_task(environment):
    """The container's variables, without what MiniStack adds about a network that a process does not have."""
    added = ("ECS_CONTAINER_METADATA_URI_V4", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN")
    return {name: given for name, given in environment.items() if name not in added}


class Runtime:
    """The Docker client."""

    containers = Containers()


runtime = Runtime()
