"""Texts that are picked from others when somebody asks are those that a list would have."""

from itertools import compress

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from campaigner.intake.columns import Texts

WORDS = st.lists(st.sampled_from(["", "a", "王"]), max_size=8)


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
    assert texts.any_empty() == ("" in words)
