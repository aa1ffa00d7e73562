"""MiniStack lists all parameters of a cache parameter group, also when only those that a user set are asked for (Source)."""

import re

from ministack.services import elasticache

from emulator.patching import is_success, replace


def close():
    describe = elasticache._describe_cache_parameters

    def describe_cache_parameters(p):
        answer = describe(p)
        source = elasticache._p(p, "Source")
        if not source or not is_success(answer):
            return answer
        status, headers, body = answer
        kept = re.sub(
            r"<Parameter>.*?</Parameter>",
            lambda found: found[0] if f"<Source>{source}</Source>" in found[0] else "",
            body.decode(),
            flags=re.DOTALL,
        )
        return status, headers, kept.encode()

    replace(elasticache, "_describe_cache_parameters", describe_cache_parameters)
