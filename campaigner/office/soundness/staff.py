"""Who works here: whether the system can tell the office's persons apart."""

from campaigner.domain.roles import Staff
from campaigner.office.soundness.finding import Finding, ok, warn


def people(staff: Staff) -> Finding:
    """Whether each person has a login of his own."""
    name = "people"
    if not staff.persons:
        return ok(name, "nobody is named in [people]: whoever can log in may do everything, in any name")
    if shared := staff.shared_logins:
        shown = "; ".join(f"login `{login}` is that of {', '.join(names)}" for login, names in shared.items())
        return warn(
            name, f"{shown}: nobody can tell which", "give each person a login of his own (docs/several-logins.md)",
            "几个人共用一个系统用户，分不清是谁操作：请给每人设一个自己的系统用户",
        )  # fmt: skip
    return ok(name, f"{len(staff.persons)} persons, each with logins of his own")
