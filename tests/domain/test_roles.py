"""Who may do what, said in words."""

import pytest

from campaigner.domain.roles import ALLOWED, DEED_TITLES, ROLE_TITLES, Deed, Person, Role, Staff

WANG = Person("王经办", frozenset({"wang"}), frozenset({Role.AUTHOR, Role.SENDER}))
LI = Person("李所长", frozenset({"li"}), frozenset({Role.APPROVER}))
ZHAO = Person("赵主任", frozenset({"zhao", "desk"}), frozenset({Role.OFFICER}))
QIAN = Person("钱同志", frozenset({"desk"}), frozenset({Role.VIEWER}))
STAFF = Staff((WANG, LI, ZHAO, QIAN))

CASES = [
    pytest.param("wang", "王经办", Deed.GENERATE, "", id="an author prepares"),
    pytest.param("wang", "王 经办", Deed.GENERATE, "", id="a space in the name is nothing"),
    pytest.param(
        "wang", "王经办", Deed.APPROVE, "李所长", id="an author approves nothing, and is told who does"
    ),
    pytest.param("li", "李所长", Deed.APPROVE, "", id="an approver approves"),
    pytest.param("li", "李所长", Deed.PURGE, "个人信息保护负责人", id="an approver deletes nothing"),
    pytest.param("wang", "李所长", Deed.APPROVE, "not who works as user `wang`", id="another one's name"),
    pytest.param("root", "李所长", Deed.APPROVE, "nobody in [people]", id="a user whom nobody knows"),
    pytest.param("desk", "赵主任", Deed.SUBJECT, "", id="two share a desk: the officer"),
    pytest.param("desk", "钱同志", Deed.SUBJECT, "赵主任", id="two share a desk: the viewer"),
    pytest.param("desk", "desk", Deed.SUBJECT, "赵主任 or 钱同志", id="two share a desk: who is it?"),
]


@pytest.mark.parametrize(("login", "actor", "deed", "word"), CASES)
def test_refusals(login: str, actor: str, deed: Deed, word: str) -> None:
    refusal = STAFF.refusal(login, actor, deed)
    assert word in refusal
    assert bool(refusal) == bool(word)


@pytest.mark.parametrize("deed", list(Deed))
def test_where_nobody_is_named_everybody_may(deed: Deed) -> None:
    assert Staff().refusal("anybody", "谁", deed) == ""


def test_a_login_stands_for_its_one_person() -> None:
    assert STAFF.named("wang", "wang") == "王经办"
    assert STAFF.named("wang", "李所长") == "李所长"
    assert STAFF.named("desk", "desk") == "desk"
    assert Staff().named("wang", "wang") == "wang"


def test_every_deed_and_role_has_its_words_and_a_viewer_may_change_nothing() -> None:
    assert set(DEED_TITLES) == set(ALLOWED) == set(Deed)
    assert set(ROLE_TITLES) == set(Role)
    assert [deed for deed in Deed if Role.VIEWER in ALLOWED[deed]] == [Deed.LOOK]


def test_an_office_may_decide_otherwise() -> None:
    other = Staff((WANG, LI), {**ALLOWED, Deed.PURGE: frozenset({Role.APPROVER})})
    assert other.refusal("li", "李所长", Deed.PURGE) == ""


def test_the_log_knows_staff_again_in_any_order_and_nothing_where_nothing_is_said() -> None:
    assert Staff().digest == ""
    assert Staff((WANG, LI)).digest == Staff((LI, WANG)).digest != Staff((WANG,)).digest
    lent = Person("李所长", frozenset({"li", "wang"}), LI.roles)
    assert Staff((WANG, lent)).digest != Staff((WANG, LI)).digest
    assert Staff((), {**ALLOWED, Deed.PURGE: frozenset({Role.VIEWER})}).as_data() == {
        "allowed": {"purge": ["viewer"]}
    }
    assert Staff((LI,)).as_data() == {"persons": [["李所长", ["li"], ["approver"]]]}


def test_logins_that_several_persons_share() -> None:
    assert STAFF.shared_logins == {"desk": ["赵主任", "钱同志"]}
    assert Staff((WANG, LI)).shared_logins == {}
