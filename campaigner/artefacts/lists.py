"""Lists to tick off, as CSV and XLSX: who has given a slip back, where a sheet has been put up."""

from collections.abc import Sequence
from datetime import datetime

from campaigner.artefacts.kind import Press
from campaigner.exports.sheets import write_csv, write_xlsx


def tick_list(
    press: Press,
    stem: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    made_at: datetime,
) -> None:
    """Write a list into the folder of a run.

    Args:
        press: Into which.
        stem: Its path there, without ending.
        header: Names of its columns.
        rows: Its cells, those of people's data made harmless for spreadsheets.
        widths: Widths of the columns in characters.
        made_at: Date in the file's properties; given, so that the same rows give the same bytes.
    """
    parcel = press.parcel
    parcel.write(f"{stem}.csv", lambda file: write_csv(file, header, [rows]), rows=len(rows))
    parcel.write(
        f"{stem}.xlsx",
        lambda file: write_xlsx(file, header, [rows], made_at, parcel.scratch, widths),
        rows=len(rows),
    )
