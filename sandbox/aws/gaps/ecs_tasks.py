"""
MiniStack runs tasks in Docker, or only says that they run. Here a task of the operator image is a real process of this
machine (emulator/processes.py): it starts, writes to its log group, and ends with its exit code as in ECS.

Other images have no process behind them. Their tasks count as running, so that services become steady; whoever brings real
service processes makes `emulator.processes.stands_for` know their images.
"""

import contextvars

from ministack.core.responses import get_account_id, get_region
from ministack.services import ecs

from emulator.patching import replace
from emulator.processes import runtime, stands_for

_by_process = contextvars.ContextVar("by_process", default=False)


def runs_as_process(task_definition):
    containers = (task_definition or {}).get("containerDefinitions", [])
    return bool(containers) and all(stands_for(container.get("image", "")) for container in containers)


def close():
    docker = ecs._get_docker
    run_task = ecs._run_task
    stop_task = ecs._stop_task
    look_whether_stopped = ecs._maybe_mark_stopped
    clean_up = ecs._cleanup_task_resources
    resolve_secrets = ecs._resolve_container_secrets

    def get_docker():
        return runtime if _by_process.get() else docker()

    def run(data):
        definition = ecs._task_defs.get(ecs._resolve_td_key(data.get("taskDefinition", "")))
        token = _by_process.set(runs_as_process(definition))
        try:
            return run_task(data)
        finally:
            _by_process.reset(token)

    def stop(data):
        """As in ECS: the container ends first, and its exit code is what it ended with."""
        task = ecs._resolve_task(data.get("task", ""), ecs._resolve_cluster_name(data.get("cluster", "default")) or "")
        for index, container_id in enumerate((task or {}).get("_docker_ids") or []):
            container = runtime.containers.get(container_id)
            container.stop()
            task["containers"][index]["exitCode"] = container.wait()["StatusCode"]
        return stop_task(data)

    def maybe_mark_stopped(task, docker_client=None):
        return look_whether_stopped(task, runtime if task.get("_docker_ids") else docker_client)

    def cleanup(task, docker_client, extra_container=None):
        return clean_up(task, docker_client or runtime, extra_container)

    def secrets_and_identity(definition):
        """The task's role: MiniStack takes an access key of twelve digits for the account that it belongs to."""
        identity = {
            "AWS_ACCESS_KEY_ID": get_account_id(),
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_REGION": get_region(),
            "AWS_DEFAULT_REGION": get_region(),
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return {**identity, **resolve_secrets(definition)}

    replace(ecs, "_get_docker", get_docker)
    replace(ecs, "_run_task", run)
    replace(ecs, "_stop_task", stop)
    replace(ecs, "_maybe_mark_stopped", maybe_mark_stopped)
    replace(ecs, "_cleanup_task_resources", cleanup)
    replace(ecs, "_resolve_container_secrets", secrets_and_identity)
