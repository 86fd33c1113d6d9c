"""Tables in text (CSV, TSV), and what Python's csv and exact arithmetic make of them by the rules of docs/formats.md."""

import csv
import io
import math
import re
from fractions import Fraction
from random import Random
from typing import Optional

import numpy

DELIMITERS = ",\t;|"
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?inf(?:inity)?", re.IGNORECASE | re.ASCII)
MISSING = {"", "na", "n/a", "nan", "<na>", "null", "none", "?"}


def nearest(text: str) -> numpy.float32:
    """The float32 nearest to a decimal number; of two the even one."""
    value = Fraction(text)
    with numpy.errstate(over="ignore"):
        guess = numpy.float32(float(value) if abs(value) < 10**300 else math.inf if value > 0 else -math.inf)
    if not numpy.isfinite(guess):
        # What rounds to it may have been below the largest float32 and half a step.
        limit = Fraction(2) ** 128 - Fraction(2) ** 103
        return guess if abs(value) >= limit else numpy.copysign(numpy.finfo("f4").max, guess)
    with numpy.errstate(over="ignore"):
        around = [guess, *(numpy.nextafter(guess, numpy.float32(end)) for end in (-math.inf, math.inf))]
    finite = [one for one in around if numpy.isfinite(one)]
    return min(finite, key=lambda one: (abs(Fraction(float(one)) - value), int(one.view("u4")) & 1))


def number(field: str) -> Optional[numpy.float32]:
    """NaN for a missing value, None for what is neither."""
    text = field.strip(" \t")
    if text.lower() in MISSING:
        return numpy.float32(numpy.nan)
    if not NUMBER.fullmatch(text):
        return None
    return numpy.float32(text) if "inf" in text.lower() else nearest(text)


def records(text: str, delimiter: str) -> list[list[str]]:
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]


def delimiter_of(text: str) -> str:
    """That which cuts the first two records into as many fields, most of all into numbers."""

    def rank(delimiter: str) -> tuple:
        try:
            first, *second = records(text, delimiter)[:2]
        except csv.Error:  # quotes make no sense so
            return False, False, 0
        cuts = len(first) > 1 and all(len(row) == len(first) for row in second)
        numbers = all(number(field) is not None for field in (second or [first])[0])
        return cuts, cuts and numbers, len(first)

    return max(DELIMITERS, key=rank)  # the first of equals


def counts_from(start: int, fields: list[str]) -> bool:
    return [field.strip(" \t") for field in fields] == [str(start + i) for i in range(len(fields))]


def ascends(fields: list[str]) -> bool:
    whole = all(field.isascii() and field.isdigit() for field in fields)
    return whole and all(int(one) < int(next_one) for one, next_one in zip(fields, fields[1:]))


def is_header(first: list[str], second: list[str]) -> bool:
    if len(second) != len(first):
        second = []
    of_rows_too = len(first) > 1 and not first[0].strip(" \t")
    if of_rows_too:
        first, second = first[1:], second[1:]
    numbers = [field for field in first if number(field) is not None]
    if len(numbers) == len(first):
        long_enough = len(first) > (0 if of_rows_too else 2)
        goes_on = not of_rows_too and counts_from(len(first), second)
        return long_enough and bool(second) and counts_from(0, first) and not goes_on
    if not numbers or not second:
        return True
    above_numbers = any(number(above) is None and number(below) is not None for above, below in zip(first, second))
    return above_numbers or ascends(numbers)


def read(content: bytes) -> Optional[numpy.ndarray]:
    try:
        text = content.decode("utf-8-sig")
        rows = records(text, delimiter_of(text))
    except (UnicodeDecodeError, csv.Error, ValueError):  # no records
        return None
    has_header = is_header(rows[0], rows[1] if len(rows) > 1 else [])
    numbers = [[number(field) for field in row] for row in rows[has_header:]]
    if not numbers or any(len(row) != len(rows[0]) for row in numbers):
        return None
    if any(value is None or not numpy.isfinite(value) for row in numbers for value in row):
        return None
    return numpy.array(numbers, "f4")


def _value(random: Random) -> str:
    scale = 10.0 ** random.randint(-4, 6)
    form = random.choice(["%d", "%d", "%.3f", "%g", "%.9g", "%.17g", "%e", "%.30f", "%+.2f"])
    text = form % (random.gauss(0, 1) * scale)
    if random.random() < 0.1:  # half-way between two float32, and beside it
        one = numpy.float32(random.gauss(0, 1))
        middle = (Fraction(float(one)) + Fraction(float(numpy.nextafter(one, numpy.float32(9))))) / 2
        text = f"{middle.numerator * 10**60 // middle.denominator}e-60" + random.choice(["", ""])
    if random.random() < 0.03:
        text = random.choice(["1.", ".5", "-.5e-3", "1e-46", "1e-45", "3.4028235e38", "1E5", "00012", "-0", "1e+2", "0.0"])
    if random.random() < 0.05:
        text = random.choice([" ", "\t", "  "]) + text + random.choice(["", " "])
    return text


def _bad_value(random: Random) -> str:
    return random.choice(["", "NA", "nan", "NULL", "?", "inf", "-Infinity", "1e39", "3.4028236e38", "0x10", "1_000", "1,5",
                          "abc", "1 2", "--1", "+-1", "1e", "1e+", ".", "-", "1.2.3", "12a", "infin", "é", "1\u00a0"])


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def make(random: Random) -> bytes:
    delimiter, columns = random.choice(",,,\t;|"), random.choice([1, 2, 2, 3, 5])
    rows = [[_value(random).strip("\t") for _ in range(columns)] for _ in range(random.choice([1, 2, 3, 6]))]
    if random.random() < 0.4:
        rows.insert(0, random.sample(["a", "b", "width", 'q"', "c d", "é", "1st"], columns))
    if random.random() < 0.25:
        random.choice(rows)[random.randrange(columns)] = _bad_value(random)
    if random.random() < 0.08:
        row = random.choice(rows)
        row.append("1") if random.random() < 0.5 else row.pop()
    quoting = random.choice([0, 0, 0.2, 1])
    lines = []
    for row in rows:
        need = [field if random.random() >= quoting and '"' not in field and delimiter not in field else _quoted(field)
                for field in row]
        lines.append(delimiter.join(need))
    end = random.choice(["\n", "\n", "\r\n", "\r"])
    text = end.join(lines) + (end if random.random() < 0.8 else "")
    if random.random() < 0.1:
        text = random.choice([end + text, text + end + end, text.replace(end, end + end, 1), "\ufeff" + text])
    if random.random() < 0.08:
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(['"', delimiter, end, " ", "x", "0", "-"]) + text[at:]
    return text.encode()
