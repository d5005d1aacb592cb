"""What stands on printed pictures: words of both languages, numbers, prices, dates, and letters at random."""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .grammar import LANGUAGES, capital

FOLDER = Path(__file__).parent
MONTHS = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "fr": ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"),
}
CASES: dict[str, Callable[[str], str]] = {"as in the list": str, "upper": str.upper, "capital": capital, "lower": str.lower}
CASE_WEIGHTS = (30, 38, 20, 12)
# A capital of these is only larger than the small letter: alone, "so" and "SO" look the same.
SAME_IN_BOTH_CASES = set("cosuvwxz")
# Not among letters at random, where no word tells them from 1, l and I, or from 0.
UPPER_AT_RANDOM = "ABCDEFGHJKLMNPQRSTUVWXYZ"
LOWER_AT_RANDOM = "abcdefghijkmnopqrstuvwxyz"
IN_CODES = "ABCDEFGHJKLMNPRTUVXY"
WORD, TWO_WORDS, LETTERS, NUMBER, OTHER = "word", "two words", "letters", "number", "other"


@dataclass(frozen=True)
class Text:
    """One line."""

    text: str
    kind: str
    """WORD, TWO_WORDS, LETTERS, NUMBER or OTHER."""


def some_text(rng: random.Random, case: str, longest: int) -> Text:
    """Of at most `longest` characters (3 or more); `case` is one of CASES."""
    while True:
        kind, make = rng.choices(_MAKERS, _MAKER_WEIGHTS)[0]
        text = make(rng)
        if kind in (WORD, TWO_WORDS, LETTERS):
            text = CASES[case](text)
        if len(text) <= longest and not _case_is_in_doubt(text):
            return Text(text, kind)


def some_case(rng: random.Random) -> str:
    return rng.choices(list(CASES), CASE_WEIGHTS)[0]


@lru_cache(maxsize=2)
def words(language: str) -> list[str]:
    """About 2000 common words, names, days, months and places of 2 to 9 letters."""
    return (FOLDER / f"words_{language}.txt").read_text(encoding="utf-8").split()


def _case_is_in_doubt(text: str) -> bool:
    return text.isalpha() and set(text.lower()) <= SAME_IN_BOTH_CASES and (text.isupper() or text.islower())


def _word(rng: random.Random) -> str:
    return rng.choice(words(rng.choice(LANGUAGES)))


def _two_words(rng: random.Random) -> str:
    short = [word for word in rng.sample(words(rng.choice(LANGUAGES)), 24) if len(word) <= 5]
    return " ".join(short[:2])


def _letters(rng: random.Random) -> str:
    letters = rng.choice((UPPER_AT_RANDOM, LOWER_AT_RANDOM))
    return "".join(rng.choices(letters, k=rng.randint(2, 6)))


def _number(rng: random.Random) -> str:
    digits = rng.randint(1, 6)
    number = str(rng.randrange(10 ** (digits - 1), 10**digits))
    # Of zeros and ones alone, it may as well be letters.
    return number if set(number) - set("01") else _number(rng)


def _price(rng: random.Random) -> str:
    whole, cents = (
        rng.choice((rng.randint(2, 9), rng.randint(10, 99), rng.randint(100, 999))),
        rng.choice((0, 50, 90, 95, 99, rng.randint(1, 99))),
    )
    return rng.choice((f"${whole}.{cents:02}", f"${whole}", f"{whole},{cents:02} €", f"{whole} €", f"£{whole}.{cents:02}", f"€{whole}"))


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1990, 2035)
    en, fr = MONTHS["en"][month - 1], MONTHS["fr"][month - 1]
    return rng.choice(
        (
            f"{day:02}/{month:02}/{year}",
            f"{day:02}.{month:02}.{year}",
            f"{year}-{month:02}-{day:02}",
            f"{day:02}/{month:02}",
            f"{day} {en}",
            f"{en} {day}",
            f"{day} {fr}",
        )
    )


def _time(rng: random.Random) -> str:
    hour, minute = rng.randint(0, 23), rng.choice((0, 15, 30, 45, rng.randint(0, 59)))
    return rng.choice(
        (
            f"{hour}:{minute:02}",
            f"{hour:02}:{minute:02}",
            f"{hour} h {minute:02}",
            f"{rng.randint(1, 12)}:{minute:02} {rng.choice(('AM', 'PM'))}",
        )
    )


def _percent(rng: random.Random) -> str:
    return rng.choice(("-", "+", "", "", "")) + f"{rng.choice((rng.randint(2, 99), rng.randrange(20, 100, 10)))}%"


def _code(rng: random.Random) -> str:
    letters, digits = "".join(rng.choices(IN_CODES, k=rng.randint(1, 3))), "".join(rng.choices("23456789", k=rng.randint(1, 3)))
    return letters + rng.choice(("", "", "-")) + digits


def _address(rng: random.Random) -> str:
    name = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(2, 4)))
    return rng.choice((f"{name}@mail.com", f"www.{name}.fr", f"{name}.com", f"{name}@{name}.fr"))


_MAKERS: tuple[tuple[str, Callable[[random.Random], str]], ...] = (
    (WORD, _word),
    (TWO_WORDS, _two_words),
    (LETTERS, _letters),
    (NUMBER, _number),
    (OTHER, _price),
    (OTHER, _date),
    (OTHER, _time),
    (OTHER, _percent),
    (OTHER, _code),
    (OTHER, _address),
)
_MAKER_WEIGHTS = (44, 5, 20, 13, 5, 4, 3, 2, 3, 1)
