"""What stops a command. Faults in the user's data are `Problem` values instead, listed all at once."""


class CampaignerError(Exception):
    """Base of every error that a person is told: a line in English with the way out, and below it the Chinese one."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says, line by line; what a terminal takes for the end of a line beside that is no end here."""
        return tuple(str(self).split("\n"))

    @property
    def english(self) -> str:
        """Its first line."""
        return self.lines[0]

    @property
    def one_line(self) -> str:
        """All of it where there is room for one line only: in the logs, a table, a cause that is kept."""
        first, *others = self.lines
        if len(others) != 1:
            return " ".join((first, *others))
        return f"{first}{others[0]}" if others[0].startswith("（") else f"{first}（{others[0]}）"


class UsageError(CampaignerError):
    """The command was called in a way that cannot work: a run that does not exist, a folder that is not ours."""


class ConfigError(CampaignerError):
    """The configuration has problems; the message names the first, `campaigner check` lists them all."""


class StateError(CampaignerError):
    """The run is not in the state that the step needs, or another process moved it meanwhile."""


class OvertakenError(StateError):
    """Another process was quicker; nothing is wrong with the command, and nothing was done twice."""


class StoppedError(CampaignerError):
    """Somebody asked the program to stop; what was begun is given back, the next start goes on from there."""


class RoleError(CampaignerError):
    """Whoever is at the keyboard may not do this; the message says who may."""


class ApprovalError(CampaignerError):
    """The second person's approval is missing, is by the author, or no longer fits what would go out."""


class NotAskedError(ApprovalError):
    """The configuration in force does not ask for the run, or cannot be relied on; nothing of it goes out."""


class GatewayError(CampaignerError):
    """A way out refuses the batch; nothing of it was sent."""


class StoreError(CampaignerError):
    """The store cannot be opened, or says that somebody changed it behind our back."""


class RenderError(CampaignerError):
    """A template, letter or poster cannot be written; the message has file and line where they are known.

    Args:
        message: Why.
        message_zh: The same in Chinese, where it is known.
    """

    def __init__(self, message: str, message_zh: str = "") -> None:
        super().__init__(message)
        self.message_zh = message_zh

    @property
    def lines(self) -> tuple[str, ...]:
        """Both languages, line by line; as text of its own, the message stays the English one."""
        return (*super().lines, *filter(None, self.message_zh.split("\n")))


class ExecutorError(CampaignerError):
    """The workers cannot be reached, or die; what was begun is given back, and can be done with another executor."""


class ArtefactError(CampaignerError):
    """A kind of artefact is not installed, or cannot do what is asked of it.

    Args:
        message: Why.
        message_zh: The same in Chinese.
    """

    def __init__(self, message: str, message_zh: str) -> None:
        super().__init__(f"{message}\n{message_zh}")
        self.message = message
        self.message_zh = message_zh
