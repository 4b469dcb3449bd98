"""What a command that was typed wrongly is told in Chinese, below click's English."""

import click


def in_chinese(error: click.ClickException) -> str:
    """One line that says what is wrong and where the right form stands; "" where click shows the help itself."""
    if type(error).__name__ == "NoArgsIsHelpError":  # which older releases of click do not know
        return ""
    ctx = getattr(error, "ctx", None)
    where = f"写法见 {ctx.command_path if ctx is not None else 'campaigner'} --help"
    match error:
        case click.MissingParameter():
            what = f"缺少 {_name(error.param)}，请补上"
        case click.NoSuchOption():
            what = f"没有选项 {error.option_name}，请改正"
        case click.BadOptionUsage():
            what = f"选项 {error.option_name} 的写法不对（后面缺少内容，或不该带内容），请改正"
        case click.BadParameter():
            what = f"{_name(error.param)} 的值不对，请改正"
        case _ if error.message.startswith("No such command"):
            what, where = "没有这个命令，请改正", "全部命令见 campaigner --help"
        case _:
            what = "命令写法不对，请改正"
    return f"{what}；{where}"


def _name(param: click.Parameter | None) -> str:
    """An option as it is typed, an argument as the help calls it."""
    if param is None:
        return "参数"
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
