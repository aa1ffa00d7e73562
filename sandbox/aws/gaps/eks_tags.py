"""MiniStack takes one tag of several away, forgets to tell of changed tags, and knows no tags of pod identity associations."""

from ministack.services import eks

from emulator.patching import Refusal
from emulator.rest import add_routes

STORES = (
    (eks._clusters, "arn"),
    (eks._addons, "addonArn"),
    (eks._access_entries, "accessEntryArn"),
    (eks._pod_identity_associations, "associationArn"),
    (eks._nodegroups, "nodegroupArn"),
)


def close():
    add_routes(eks, [("GET", "/tags/(.+)", tell), ("POST", "/tags/(.+)", add), ("DELETE", "/tags/(.+)", take_away)])


def find(arn):
    """The record that an ARN names."""
    for store, name in STORES:
        for record in store.values():
            if record.get(name) == arn:
                return record
    raise Refusal("NotFoundException", f"No resource found for ARN: {arn}", 404)


def keep(arn, tags):
    """In the table and in the record, from which descriptions are made."""
    record = find(arn)
    eks._tags[arn] = tags
    record["tags"] = dict(tags)


def tell(_request, arn):
    find(arn)
    return {"tags": eks._tags.get(arn, {})}


def add(request, arn):
    keep(arn, {**eks._tags.get(arn, {}), **request.body.get("tags", {})})


def take_away(request, arn):
    gone = request.many("tagKeys")
    keep(arn, {name: value for name, value in eks._tags.get(arn, {}).items() if name not in gone})
