"""How a gap changes a service of MiniStack."""


def replace(module, name, function):
    """
    Puts `function` in the place of `module.name`, also in the module's tables of operations.
    Returns what was there, for the new one to call.
    """
    before = getattr(module, name)
    for table in vars(module).values():
        if isinstance(table, dict):
            for key, value in list(table.items()):
                if value is before:
                    table[key] = function
    setattr(module, name, function)
    return before


def after(module, name, follow_up):
    """Calls `follow_up(answer, *arguments)` after each call of `module.name`; what it returns is the answer."""
    before = getattr(module, name)

    def both(*arguments):
        return follow_up(before(*arguments), *arguments)

    replace(module, name, both)


def is_success(answer):
    """Whether an operation's (status, headers, body) is no error."""
    return answer[0] < 400
