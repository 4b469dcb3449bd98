"""What a template file of one kind of artefact looks like: its folder, its ending, its notation, its layouts."""

from collections.abc import Callable
from dataclasses import dataclass

from campaigner.domain.campaign import Channel


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """What the template library has to know of a kind of artefact.

    Args:
        channel: Its name, and that of the folder of its templates.
        title: What officers call it.
        suffix: Ending of its template files, with the dot.
        escape: Turns a value from a list or a warning into text that is no markup; a function at the top level of a
            module. None where the text has no markup.
        markdown: Whether its text is light Markdown, of which unsupported parts are faults.
        designs: Layouts of which the front matter names one, as `design`; empty where there is one only.
    """

    channel: Channel
    title: str
    suffix: str
    escape: Callable[[str], str] | None = None
    markdown: bool = False
    designs: tuple[str, ...] = ()
