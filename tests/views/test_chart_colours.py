"""The colours of charts: seen on their ground, and told apart by who sees no red or no green."""

from __future__ import annotations

import itertools
import math

import pytest

from felix_dbadmin.views.charts.styles import COLOURS, StyleBook, is_rest
from felix_dbadmin.views.theme import Tokens, load_tokens

Rgb = tuple[float, float, float]

# How light is seen without the cones for red, and without those for green (Machado, Oliveira and Fernandes, 2009).
NO_RED = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
NO_GREEN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))

LEAST_CONTRAST = 3.0
LEAST_APART = 0.08
"""In OKLab, where white is 1 from black."""


def linear(colour: str) -> Rgb:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(light: Rgb) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(linear(one)), luminance(linear(other))))
    return (high + 0.05) / (low + 0.05)


def seen(light: Rgb, how: tuple[Rgb, Rgb, Rgb]) -> Rgb:
    red, green, blue = (
        min(1.0, max(0.0, sum(factor * part for factor, part in zip(row, light, strict=True)))) for row in how
    )
    return red, green, blue


def oklab(light: Rgb) -> Rgb:
    red, green, blue = light
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


@pytest.fixture(params=["light", "dark"])
def tokens(request: pytest.FixtureRequest) -> Tokens:
    return load_tokens(str(request.param))


def test_every_series_is_seen_on_its_ground(tokens: Tokens) -> None:
    names = [*(f"series{number + 1}" for number in range(COLOURS)), "others", "axis", "marker"]
    weak = {name for name in names if contrast(tokens.chart[name], tokens.palette["base"]) < LEAST_CONTRAST}
    assert weak == set()


@pytest.mark.parametrize("how", [NO_RED, NO_GREEN], ids=["no red", "no green"])
def test_any_two_series_are_told_apart(tokens: Tokens, how: tuple[Rgb, Rgb, Rgb]) -> None:
    looks = [oklab(seen(linear(tokens.chart[f"series{number + 1}"]), how)) for number in range(COLOURS)]
    closest = min(math.dist(one, other) for one, other in itertools.combinations(looks, 2))
    assert closest >= LEAST_APART


def test_no_two_of_twelve_series_are_told_apart_by_colour_alone() -> None:
    styles = StyleBook().styles([f"series {number}" for number in range(12)])
    assert len({(style.symbol, style.dash) for style in styles}) == 12


def test_two_that_never_met_and_meet_are_told_apart() -> None:
    book = StyleBook()
    book.styles(["a"])
    book.styles(["b"])
    first, second = book.styles(["a", "b"])
    assert first != second


def test_the_rest_looks_like_no_series() -> None:
    assert is_rest("9,988 others")
    assert not is_rest("others")
    named, rest = StyleBook().styles(["a", "14 others"])
    assert named.slot >= 0 > rest.slot
