"""Damaged copies of files: bytes that flip, pieces that are lost or come twice, numbers that are out of any range."""

import random

_NUMBERS = (
    [bytes([0] * n) for n in (1, 2, 4)] + [b"\xff" * n for n in (1, 2, 4, 8)] + [b"\x7f\xff\xff\xff", b"\x80\0\0\0"]
)
_TEXTS = [
    b"NaN", b"-Infinity", b"1e999", b"-1", b"0", b"null", b"true", b"[]", b"{}", b'""', b"9" * 5000, b"[" * 3000, b'"',
    b"\\", b"\0", b"\n", b",", b"../../../out_of_here", b"/etc/passwd", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80",
    b"%s%n", b"\r", b"; rm -rf", b"1e308", b"0.0000000001", b"\xc2\xa0", b"A" * 300,
]  # fmt: skip


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A copy of `data` after one to four changes."""
    copy = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        rng.choice(_CHANGES)(copy, rng)
    return bytes(copy)


def _piece(copy: bytearray, rng: random.Random, most: int = 64) -> slice:
    start = rng.randint(0, len(copy))
    return slice(start, start + rng.randint(0, most))


def _flip(copy: bytearray, rng: random.Random) -> None:
    if copy:
        copy[rng.randrange(len(copy))] ^= 1 << rng.randrange(8)


def _number(copy: bytearray, rng: random.Random) -> None:
    start, number = rng.randint(0, len(copy)), rng.choice(_NUMBERS)
    copy[start : start + len(number)] = number


def _lose(copy: bytearray, rng: random.Random) -> None:
    del copy[_piece(copy, rng)]


def _repeat(copy: bytearray, rng: random.Random) -> None:
    place = _piece(copy, rng, 2000)
    copy[place.start : place.start] = copy[place]


def _insert(copy: bytearray, rng: random.Random) -> None:
    start = rng.randint(0, len(copy))
    copy[start:start] = rng.choice(_TEXTS)


def _replace_word(copy: bytearray, rng: random.Random) -> None:
    """Puts a text in the place of what stands between two separators."""
    start = max(copy.rfind(each, 0, rng.randint(0, len(copy))) for each in (b":", b",", b"=", b"\n", b"[")) + 1
    ends = [end for each in (b",", b"\n", b"]", b"}") if (end := copy.find(each, start)) >= 0]
    copy[start : min(ends, default=len(copy))] = rng.choice(_TEXTS)


def _cut_off(copy: bytearray, rng: random.Random) -> None:
    del copy[rng.randint(0, len(copy)) :]


def _swap(copy: bytearray, rng: random.Random) -> None:
    one, other = _piece(copy, rng), _piece(copy, rng)
    copy[one], copy[other] = copy[other], copy[one]


_CHANGES = (_flip, _flip, _number, _number, _lose, _repeat, _insert, _replace_word, _replace_word, _cut_off, _swap)
