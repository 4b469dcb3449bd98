"""What the database itself refuses, whoever asks: the same on every store, each in its own words."""

from alembic import op

_APPROVED = (
    "coalesce((SELECT quantity FROM approval WHERE run_id = NEW.run_id AND voided_at IS NULL"
    " ORDER BY id DESC LIMIT 1), 0)"
)
_OUT = "coalesce((SELECT sum(quantity) FROM run_release WHERE run_id = NEW.run_id), 0)"
_TOO_MUCH = "more than was approved"
_REFUSE = """
CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def append_only(table: str) -> None:
    """Rows of a table are added, never changed nor taken away."""
    why = f"the {table} is append-only"
    if _on_postgresql():
        op.execute(_REFUSE.format(name=f"{table}_is_append_only", why=why))
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def within_approval() -> None:
    """No more goes out than was approved (CHK-04)."""
    begun = f"{_OUT} + NEW.quantity > {_APPROVED}"
    grown = "NEW.quantity > OLD.quantity OR NEW.run_id <> OLD.run_id"
    for name, verb, when in (
        ("release_within_approval", "INSERT", begun),
        ("release_keeps_quantity", "UPDATE OF quantity, run_id", grown),
    ):
        if _on_postgresql():
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN"
                f" RAISE EXCEPTION '{_TOO_MUCH}' USING ERRCODE = 'integrity_constraint_violation';"
                " END IF; RETURN NEW; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON run_release FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON run_release WHEN {when}"
                f" BEGIN SELECT RAISE(ABORT, '{_TOO_MUCH}'); END"
            )


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"
