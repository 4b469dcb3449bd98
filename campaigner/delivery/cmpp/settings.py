"""How to reach one CMPP gateway and how to behave there, as config.toml and the secrets say it."""

from dataclasses import dataclass, field

from campaigner.delivery.cmpp.pdu import Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class CmppSettings:
    """A gateway's settings, checked.

    Args:
        name: The gateway's name in config.toml.
        host: Its address.
        port: Its port for long links.
        sp_id: Our account.
        secret: The shared secret.
        layout: The version to ask for.
        links: How many connections.
        window: SUBMITs without an answer on each, at most.
        timeout: Seconds to wait for an answer.
        active_test: Seconds of silence after which the link is tested.
        patience: Seconds without any success, or of nothing but "too fast", after which what waits is left unsent.
        prefix: What goes before each phone.
        src_id: The number that phones show.
        service: Service_Id.
        reports: Whether status reports are wanted.
        fee: (Fee_UserType, FeeType, FeeCode).
    """

    name: str
    host: str
    port: int
    sp_id: str
    secret: str = field(repr=False)
    layout: Layout
    links: int
    window: int
    timeout: float
    active_test: float
    patience: float
    prefix: str
    src_id: str
    service: str
    reports: bool
    fee: tuple[int, str, str]
