"""How far a build is: weighted by what steps take, not by how many there are."""

from __future__ import annotations

import pytest

from pressroom.engine.progress import Estimate, clock


def test_work_is_counted_in_seconds() -> None:
    """A step in flight counts in its part."""
    estimate = Estimate({"encode": 9, "list": 1})
    estimate.end("list", worked=True)
    assert (1, 10) == (estimate.done, estimate.total)
    estimate.move("encode", 0.5)
    assert 5.5 == estimate.done
    estimate.end("encode", worked=True)
    assert (10, 10) == (estimate.done, estimate.total)


def test_what_has_nothing_to_do_is_no_work() -> None:
    """It leaves the sum."""
    estimate = Estimate({"encode": 9, "list": 1})
    estimate.end("encode", worked=False)
    assert (0, 1) == (estimate.done, estimate.total)


@pytest.mark.parametrize(
    ("done", "elapsed", "left"),
    [(5, 1.0, None), (0, 10.0, None), (5, 10.0, 10.0), (5, 2.5, 2.5), (10, 8.0, 0.0)],
)
def test_the_time_left_goes_by_the_speed_so_far(done: int, elapsed: float, left: float | None) -> None:
    """It is not told in the first moments."""
    estimate = Estimate({str(n): 1 for n in range(10)})
    for n in range(done):
        estimate.end(str(n), worked=True)
    assert left == estimate.left(elapsed)


def test_what_was_not_expected_does_no_harm() -> None:
    """A task of the repo's own has no expectation."""
    estimate = Estimate({})
    estimate.move("hello", 0.5)
    estimate.end("hello", worked=True)
    assert (0, 0, None) == (estimate.done, estimate.total, estimate.left(5))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1:00 min"), (754, "12:34 min"), (3723, "1:02:03 h")]
)
def test_a_time_is_told_as_short_as_it_can_be(seconds: float, text: str) -> None:
    """Seconds, minutes or hours."""
    assert text == clock(seconds)
