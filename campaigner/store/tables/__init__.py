"""Rows as they are kept; never seen outside the store. Migrations build them, these files only name them."""

from campaigner.store.tables.answers import (
    DeliveryRow,
    HandoverRow,
    ReferenceRow,
    TallyRow,
)
from campaigner.store.tables.office import (
    ErasureRow,
    LeaseRow,
    LogRow,
    OwnFileRow,
    PauseRow,
    RefusalRow,
    SettingRow,
    UnreadFileRow,
)
from campaigner.store.tables.work import (
    ApprovalRow,
    BatchRow,
    LedgerRow,
    MessageRow,
    ReleaseRow,
    RunRow,
    SeenRow,
    SenderRow,
    TakeoutRow,
    WordingRow,
)

__all__ = [
    "ApprovalRow",
    "BatchRow",
    "DeliveryRow",
    "ErasureRow",
    "HandoverRow",
    "LeaseRow",
    "LedgerRow",
    "LogRow",
    "MessageRow",
    "OwnFileRow",
    "PauseRow",
    "ReferenceRow",
    "RefusalRow",
    "ReleaseRow",
    "RunRow",
    "SeenRow",
    "SenderRow",
    "SettingRow",
    "TakeoutRow",
    "TallyRow",
    "UnreadFileRow",
    "WordingRow",
]
