import asyncio

import pytest

from campaigner.delivery.rates import Bucket


def measured(rate: float, wanted: int, most: int = 10) -> tuple[float, list[int]]:
    """Seconds that it took to get so many permissions, and in what portions."""

    async def go() -> tuple[float, list[int]]:
        loop = asyncio.get_running_loop()
        bucket, begun, portions = Bucket(rate), loop.time(), []
        while sum(portions) < wanted:
            portions.append(await bucket.take(min(most, wanted - sum(portions))))
        return loop.time() - begun, portions

    return asyncio.run(go())


@pytest.mark.parametrize(("rate", "wanted"), [(100, 31), (1000, 301), (20, 5)])
def test_never_faster_than_the_rate(rate: float, wanted: int) -> None:
    took, portions = measured(rate, wanted)
    assert took >= (wanted - 1) / rate * 0.99
    assert all(1 <= portion <= 10 for portion in portions)


def test_without_a_rate_everything_goes_at_once() -> None:
    took, portions = measured(0, 50, 50)
    assert portions == [50]
    assert took < 1


def test_a_pause_holds_everybody() -> None:
    async def go() -> float:
        loop = asyncio.get_running_loop()
        bucket = Bucket(0)
        bucket.pause(0.2)
        bucket.pause(0.05)
        begun = loop.time()
        await asyncio.gather(bucket.take(1), bucket.take(1))
        return loop.time() - begun

    assert asyncio.run(go()) >= 0.19


def test_an_idle_bucket_saves_up_a_second_at_most() -> None:
    async def go() -> int:
        bucket = Bucket(50)
        await bucket.take(1)
        await asyncio.sleep(1.5)
        return await bucket.take(1000)

    assert asyncio.run(go()) <= 50
