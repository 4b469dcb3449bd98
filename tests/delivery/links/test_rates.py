import asyncio

import pytest

from campaigner.delivery.links.rates import Backoff, Bucket
from tests.fakes.leaping_loop import leap


def measured(rate: float, wanted: int, most: int = 10) -> tuple[float, list[int]]:
    """Seconds that it took to get so many permissions, and in what portions."""

    async def go() -> tuple[float, list[int]]:
        loop = asyncio.get_running_loop()
        bucket, begun, portions = Bucket(rate), loop.time(), []
        while sum(portions) < wanted:
            portions.append(await bucket.take(min(most, wanted - sum(portions))))
        return loop.time() - begun, portions

    return leap(go())


@pytest.mark.parametrize(("rate", "wanted"), [(100, 31), (1000, 301), (20, 5)])
def test_never_faster_than_the_rate(rate: float, wanted: int) -> None:
    took, portions = measured(rate, wanted)
    assert took >= (wanted - 1) / rate * 0.99
    assert all(1 <= portion <= 10 for portion in portions)


def test_without_a_rate_everything_goes_at_once() -> None:
    took, portions = measured(0, 50, 50)
    assert portions == [50]
    assert took < 0.001


def test_a_pause_holds_everybody() -> None:
    async def go() -> float:
        loop = asyncio.get_running_loop()
        bucket = Bucket(0)
        bucket.pause(0.2)
        bucket.pause(0.05)
        begun = loop.time()
        await asyncio.gather(bucket.take(1), bucket.take(1))
        return loop.time() - begun

    assert leap(go()) >= 0.19


def test_an_idle_bucket_saves_up_a_second_at_most() -> None:
    async def go() -> int:
        bucket = Bucket(50)
        await bucket.take(1)
        await asyncio.sleep(1.5)
        return await bucket.take(1000)

    assert leap(go()) <= 50


@pytest.mark.parametrize("rate", [1, 7, 50])
def test_within_any_second_no_more_goes_than_the_rate_however_long_the_link_was_idle(rate: int) -> None:
    async def go() -> list[tuple[float, int]]:
        loop = asyncio.get_running_loop()
        bucket, begun, gone = Bucket(rate), loop.time(), []
        await bucket.take(1)
        await asyncio.sleep(1.2)
        while loop.time() < begun + 3.5:
            taken = await bucket.take(1000)
            gone.append((loop.time(), taken))
        return gone

    gone = leap(go())
    assert sum(taken for _at, taken in gone) >= 2 * rate - 1, "and hardly less"
    for first, _taken in gone:
        assert sum(taken for at, taken in gone if first <= at < first + 0.99) <= rate


@pytest.mark.parametrize(
    ("rate", "pause", "free"),
    [(0, 0.0, True), (0, 5.0, False), (100, 0.0, False)],
    ids=["no rate", "paused", "rate"],
)
def test_only_where_nothing_need_be_asked_for_may_anything_go_at_once(
    rate: int, pause: float, *, free: bool
) -> None:
    async def go() -> bool:
        bucket = Bucket(rate)
        if pause:
            bucket.pause(pause)
        return bucket.free

    assert leap(go()) is free


def test_each_wait_is_twice_the_one_before_until_something_goes_well() -> None:
    backoff = Backoff(0.5, 3.0)
    assert backoff.fresh
    assert [backoff.next() for _ in range(5)] == [0.5, 1.0, 2.0, 3.0, 3.0]
    assert not backoff.fresh
    backoff.reset()
    assert backoff.fresh
    assert backoff.next() == 0.5
