"""From finished texts to what a cloud takes: each as template and values, or refused before anything is sent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from campaigner.delivery.cloud.banned import cloud_problems
from campaigner.delivery.gateway import Outgoing
from campaigner.domain.cloud_template import (
    CloudTemplate,
    Fitted,
    TemplateError,
    Unfitted,
    bare,
    fit,
    links,
    parse_template,
)


@dataclass(frozen=True, slots=True)
class Addressed:
    """One message as a cloud takes it."""

    message: Outgoing
    fitted: Fitted

    @property
    def id(self) -> int:
        """Our number of it."""
        return self.message.id


@dataclass(frozen=True, slots=True)
class Wording:
    """What a gateway has registered.

    Args:
        kind: `aliyun` or `tencent`, whose standard holds.
        signature: The registered signature.
        suffix: What the cloud adds at the end by itself; "" where the templates have it.
        templates: The registered templates.
        lint: Whether values with banned words are refused here already; links always are.
    """

    kind: str
    signature: str
    suffix: str
    templates: tuple[CloudTemplate, ...]
    lint: bool

    def fitted(self, text: str) -> Fitted | str:
        """A finished text as template and values, or why it cannot be sent, without a word of it."""
        body = bare(text, self.signature, self.suffix)
        if body is None:
            return "the text does not begin with the registered signature"
        found = fit(body, self.templates)
        if isinstance(found, Unfitted):
            return found.cause
        return self._fault(found) or found

    def _fault(self, found: Fitted) -> str:
        """The first fault in the values; the template itself has been approved word by word."""
        for name, value in found.values.items():
            place = f"template {found.template.code}, parameter `{name}`"
            if links(value):
                return f"{place}: link"
            banned = cloud_problems(self.kind, value) if self.lint else []
            if banned:
                return f"{place}: {banned[0].rule}"
        return ""


def read_templates(lines: Iterable[str], limit: int) -> tuple[CloudTemplate, ...]:
    """Templates from the settings.

    Raises:
        TemplateError: One cannot be what a cloud has approved, or two have the same code.
    """
    templates = tuple(parse_template(line, limit) for line in lines)
    codes = [template.code for template in templates]
    doubled = next((code for code in codes if codes.count(code) > 1), None)
    if doubled:
        raise TemplateError(f"{doubled}: registered twice")
    return templates


def in_requests(messages: Sequence[Addressed], most: int, *, one_text: bool) -> list[list[Addressed]]:
    """Messages put together into requests, in the order they came.

    Args:
        messages: The messages; a phone stands once in a request, so that (request, phone) names a message.
        most: How many a request may hold.
        one_text: Whether all messages of a request share their values, or only their template.
    """
    requests: list[list[Addressed]] = []
    open_requests: dict[tuple[str, ...], tuple[list[Addressed], set[int]]] = {}
    for each in messages:
        kind = (each.fitted.template.code, *(each.fitted.values.values() if one_text else ()))
        request, phones = open_requests.get(kind, ([], set()))
        if not request or len(request) == most or each.message.phone in phones:
            request, phones = [], set()
            requests.append(request)
            open_requests[kind] = request, phones
        request.append(each)
        phones.add(each.message.phone)
    return requests
