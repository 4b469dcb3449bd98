"""How many phones have the same text twice: what is known, what is only bounded, and how it reads."""

from datetime import timedelta

from campaigner.domain.caps import Caps
from campaigner.domain.repeats import WINDOW, Count, Repeats, united, window_of


def test_the_window_is_that_of_the_cap_or_fourteen_days() -> None:
    assert window_of(Caps()) == WINDOW == timedelta(days=14)
    assert window_of(Caps(same_text=timedelta(days=30))) == timedelta(days=30)


def test_groups_that_may_share_phones_give_bounds_and_one_group_a_number() -> None:
    assert united([3], [], 10) == Count(3, 3)
    assert united([3, 4], [], 10) == Count(4, 7)
    assert united([3], [9], 10) == Count(3, 10)
    assert united([10, 4], [2], 10) == Count(10, 10)
    assert united([], [], 10) == Count()


def test_a_number_is_said_as_far_as_it_is_known() -> None:
    assert Count(2, 2).words == ("2", "2个")
    assert Count(0, 1200).words == ("at most 1,200", "至多1,200个")
    assert Count(2, 5).words == ("2 to 5", "2至5个")
    assert not Count()
    assert Count(0, 1)


def test_nothing_is_said_where_nobody_gets_it_twice() -> None:
    assert Repeats(within=WINDOW, total=5).lines == ()


def test_the_sentences_name_runs_and_span_in_both_languages() -> None:
    found = Repeats(
        within=WINDOW, total=5, had=Count(2, 2), had_from=("a-1", "a-2", "a-3", "a-4"),
        coming=Count(0, 3), coming_from=("b-1",),
    )  # fmt: skip
    (had, had_zh), (coming, coming_zh) = found.lines
    assert had == "2 of its 5 phones had this very text within 14 days (a-1, a-2, a-3 and 1 more)"
    assert had_zh == "5个号码中，2个在14天内已发过同样内容（a-1、a-2、a-3等4项）"
    assert coming.startswith(
        "at most 3 of its 5 phones get this very text from another run within 14 days (b-1)"
    )
    assert coming.endswith("; the number is known once the runs are generated")
    assert coming_zh.endswith("，准确数字在各任务生成后才能知道")
    assert Repeats.from_data(found.as_data()) == found
