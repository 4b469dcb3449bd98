"""Rests that grow while the other side says "later", and are short again once something gets through."""

import asyncio

from campaigner.delivery.links.pause import Pause
from campaigner.delivery.links.rates import Bucket
from tests.fakes.leaping_loop import leap


async def now() -> float:
    return asyncio.get_running_loop().time()


def test_each_rest_is_twice_the_one_before_until_something_is_accepted() -> None:
    async def go() -> list[float]:
        bucket = Bucket(0)
        pause, rests = Pause(bucket, 1, 8, 1000), []
        for _ in range(5):
            rests.append(pause.too_fast(await now()))
            await bucket.take(1)
        pause.went_well(await now())
        rests.append(pause.too_fast(await now()))
        return rests

    assert leap(go()) == [1, 2, 4, 8, 8, 1]


def test_what_was_out_when_a_rest_began_neither_prolongs_nor_ends_it() -> None:
    async def go() -> list[float]:
        bucket = Bucket(0)
        pause = Pause(bucket, 1, 8, 1000)
        sent_at = await now()
        first = pause.too_fast(sent_at)
        again = [pause.too_fast(sent_at) for _ in range(10)]
        await bucket.take(1)
        again.append(pause.too_fast(sent_at))
        pause.went_well(sent_at)
        return [first, *again, pause.too_fast(await now())]

    assert leap(go()) == [1, *[0] * 11, 2]


def test_nothing_goes_while_it_rests() -> None:
    async def go() -> float:
        bucket = Bucket(0)
        pause = Pause(bucket, 3, 8, 1000)
        begun = await now()
        pause.too_fast(begun)
        assert not bucket.free
        await asyncio.gather(bucket.take(1), bucket.take(5))
        return await now() - begun

    assert leap(go()) >= 2.99


def test_patience_ends_and_the_count_starts_anew() -> None:
    async def go() -> list[tuple[float, bool]]:
        bucket = Bucket(0)
        pause, seen = Pause(bucket, 1, 8, 6), []
        for _ in range(5):
            rest = pause.too_fast(await now())
            seen.append((rest, pause.is_hopeless()))
            await bucket.take(1)
        return seen

    assert leap(go()) == [(1, False), (2, False), (4, True), (1, False), (2, False)]


def test_success_within_patience_keeps_hope() -> None:
    async def go() -> bool:
        bucket = Bucket(0)
        pause = Pause(bucket, 1, 8, 6)
        for _ in range(20):
            pause.too_fast(await now())
            await bucket.take(1)
            pause.too_fast(await now())
            await bucket.take(1)
            pause.went_well(await now())
        return pause.is_hopeless()

    assert leap(go()) is False
