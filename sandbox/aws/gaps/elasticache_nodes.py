"""MiniStack does not say of a cache node whether it takes minor versions by itself; the AWS provider reads that there."""

from ministack.services import elasticache

from emulator.patching import replace


def close():
    describe = elasticache._cluster_xml_inner

    def cluster_xml(cluster):
        upgrade = str(cluster.get("AutoMinorVersionUpgrade", True)).lower()
        text = describe(cluster)
        if "<AutoMinorVersionUpgrade>" in text:
            return text
        return f"{text}<AutoMinorVersionUpgrade>{upgrade}</AutoMinorVersionUpgrade>"

    replace(elasticache, "_cluster_xml_inner", cluster_xml)
