"""
MiniStack's CodeBuild forgets most of a project (its VPC, its logs, its patience), has no webhooks, and deletes by name only.
No build runs here: nothing starts one, since there is no GitHub that sends events.
"""

from ministack.core.responses import get_region, new_uuid
from ministack.services import codebuild

from emulator.patching import Refusal, add_operations, replace

# With what AWS takes when a request to create does not say; None is left out.
KEPT = {
    "queuedTimeoutInMinutes": 480,
    "cache": {"type": "NO_CACHE"},
    "vpcConfig": None,
    "logsConfig": None,
    "secondarySources": None,
    "secondarySourceVersions": None,
    "secondaryArtifacts": None,
    "fileSystemLocations": None,
    "buildBatchConfig": None,
    "concurrentBuildLimit": None,
    "autoRetryLimit": 0,
    "projectVisibility": "PRIVATE",
    "webhook": None,
}


def close():
    create, update, shape, delete = (
        getattr(codebuild, name) for name in ("_create_project", "_update_project", "_project_shape", "_delete_project")
    )

    def create_project(data):
        answer = create(data)
        if answer[0] >= 400:
            return answer
        project = codebuild._projects[data["name"]]
        project.update({name: data.get(name, default) for name, default in KEPT.items()})
        return codebuild.json_response({"project": codebuild._project_shape(project)})

    def update_project(data):
        answer = update({**data, "name": name_of(data)})
        if answer[0] >= 400:
            return answer
        project = codebuild._projects[name_of(data)]
        project.update({name: data[name] for name in KEPT if name in data})
        return codebuild.json_response({"project": codebuild._project_shape(project)})

    def project_shape(project):
        return {**shape(project), **{name: project[name] for name in KEPT if project.get(name) is not None}}

    replace(codebuild, "_create_project", create_project)
    replace(codebuild, "_update_project", update_project)
    replace(codebuild, "_project_shape", project_shape)
    replace(codebuild, "_delete_project", lambda data: delete({**data, "name": name_of(data)}))
    add_operations(
        codebuild, {"CreateWebhook": create_webhook, "UpdateWebhook": update_webhook, "DeleteWebhook": delete_webhook}
    )


def name_of(request):
    return request.get("name", "").rsplit(":project/", 1)[-1]


def the_project(request):
    project = codebuild._projects.get(request["projectName"])
    if project is None:
        raise Refusal("ResourceNotFoundException", f"Project cannot be found: {request['projectName']}")
    return project


def create_webhook(request):
    project = the_project(request)
    if project.get("webhook"):
        raise Refusal("ResourceAlreadyExistsException", f"Project already has a webhook: {request['projectName']}")
    project["webhook"] = {
        "url": f"https://api.github.com/repositories/1/hooks/{new_uuid()[:8]}",
        "payloadUrl": f"https://codebuild.{get_region()}.amazonaws.com/webhooks?t={new_uuid()}",
        "secret": new_uuid(),
        "buildType": "BUILD",
        "status": "ACTIVE",
        **{name: given for name, given in request.items() if name not in ("projectName", "rotateSecret")},
    }
    return {"webhook": project["webhook"]}


def update_webhook(request):
    webhook = the_webhook(request)
    webhook.update({name: given for name, given in request.items() if name not in ("projectName", "rotateSecret")})
    if request.get("rotateSecret"):
        webhook["secret"] = new_uuid()
    return {"webhook": webhook}


def delete_webhook(request):
    the_webhook(request)
    the_project(request)["webhook"] = None


def the_webhook(request):
    webhook = the_project(request).get("webhook")
    if not webhook:
        raise Refusal("ResourceNotFoundException", f"Project has no webhook: {request['projectName']}")
    return webhook
