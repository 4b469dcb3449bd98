"""Texts that are picked from others when somebody asks are those that a list would have."""

from itertools import compress

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from campaigner.intake.columns import Numbers, Texts, replaced

WORDS = st.lists(st.sampled_from(["", "a", "王", "a1", "1", "13800138000", "1380013800x"]), max_size=8)


@given(WORDS, st.data())
def test_texts_picked_again_and_again(words: list[str], data: st.DataObject) -> None:
    texts = Texts(pa.array(words, pa.string()))
    for _pick in range(3):
        mask = data.draw(st.lists(st.booleans(), min_size=len(words), max_size=len(words)))
        if data.draw(st.booleans()):
            assert texts.objects().tolist() == words
        texts, words = texts.where(mask), list(compress(words, mask))
        assert len(texts) == len(words)
    assert list(texts) == words
    assert texts.array.to_pylist() == words
    assert texts.joined() == "".join(words)
    assert texts.empty() == [row for row, word in enumerate(words) if not word]
    assert texts.is_blank() == (not any(words))
    assert texts.among(("a", "王")) == [row for row, word in enumerate(words) if word in {"a", "王"}]
    assert texts.matching("^.$").tolist() == [len(word) == 1 and word != "\n" for word in words]
    for first, size in ((b"1", 1), (b"a", 2), (b"1", 11)):
        assert texts.numeric(first, size) == [
            row
            for row, word in enumerate(map(str.encode, words))
            if len(word) == size and word.startswith(first) and word[-1:].isdigit()
        ]


@given(st.lists(st.text(max_size=3)), st.data())
def test_a_column_with_other_values_in_some_places(words: list[str], data: st.DataObject) -> None:
    places = st.sets(st.integers(0, len(words) - 1)) if words else st.just(set())
    others = {place: data.draw(st.text(max_size=3)) for place in data.draw(places)}
    expected = [others.get(place, word) for place, word in enumerate(words)]
    assert list(replaced(Texts(pa.array(words, pa.string())), others)) == expected
    assert replaced(words, others) == expected
    numbers = Numbers(np.arange(len(words)))
    made = replaced(numbers, dict.fromkeys(others, -1))
    assert list(made) == [-1 if place in others else place for place in range(len(words))]
    assert list(numbers) == list(range(len(words)))
