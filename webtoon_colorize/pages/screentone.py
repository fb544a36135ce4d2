"""Finds screentone, which is gray printed as a regular pattern of dots or lines, and the tone that it stands for."""

from typing import NamedTuple

import cv2
import numpy as np

WINDOW = 48  # pixels; side of the windows that are searched for a pattern
STEP = 16  # pixels from one window to the next
LONGEST = 12.0  # pixels; longest period of a pattern
CONTRAST = 20.0  # gray levels; least standard deviation of a pattern
FINE = 0.6  # least share of a window's variance that is finer than LONGEST
REGULAR = 0.33  # least share of a window's variance in the two strongest waves of the pattern
DOTS = 0.1  # least share of the weaker wave in both
CROSSED = 0.3  # least sine of the angle between them
SAME = 1.15  # greatest ratio of the periods of windows that lie together
SMALLEST = 0.02  # of the image; less is a pattern in the art, such as a grid or a cloth


class Screentone(NamedTuple):
    """Where an image, uint8 [H, W], has screentone."""

    mask: np.ndarray  # bool [H, W]
    tone: np.ndarray  # uint8 [H, W]: the mean gray level around each pixel of screentone; elsewhere the image


def find(gray: np.ndarray) -> Screentone | None:
    """The screentone of `gray` (uint8 [H, W]); None if there is none."""
    if min(gray.shape) < WINDOW:
        return None
    fine = _is_fine(gray)
    periods = np.zeros(fine.shape)
    windows = np.lib.stride_tricks.sliding_window_view(gray, (WINDOW, WINDOW))[::STEP, ::STEP]
    periods[fine] = [_period(window) for window in windows[fine]]
    # Art can be regular in a window, screentone is so in many that lie together, and in the same way.
    nearby = np.ones((3, 3), np.uint8)
    least, most = (turn(periods, nearby, borderValue=0) for turn in (cv2.erode, cv2.dilate))
    regular = cv2.dilate(((least > 0) & (most <= SAME * least)).astype(np.uint8), nearby)
    found = np.zeros(gray.shape, np.uint8)
    for row, column in np.argwhere(regular) * STEP:
        found[max(0, row - STEP) : row + WINDOW + STEP, max(0, column - STEP) : column + WINDOW + STEP] = 1
    if found.mean() < SMALLEST:
        return None
    closed = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((2 * WINDOW,) * 2, np.uint8))  # narrow rests beside lines
    period = float(np.median(periods[(regular > 0) & (periods > 0)]))
    mask = (closed > 0) & _is_between_dots(gray, period)
    mean = cv2.GaussianBlur(gray, (0, 0), 0.5 * period)  # leaves a hundredth of the pattern
    return Screentone(mask, np.where(mask, mean, gray))


def _is_fine(gray: np.ndarray) -> np.ndarray:
    """Whether what varies in each window is mostly finer than LONGEST, bool [rows, columns] of windows."""
    values = gray.astype(np.float32)
    finest = values - cv2.blur(values, (int(LONGEST) + 1,) * 2)
    means = (cv2.blur(each, (WINDOW, WINDOW)) for each in (values, values * values, finest * finest))
    half = WINDOW // 2
    centers = np.s_[half : gray.shape[0] - half + 1 : STEP, half : gray.shape[1] - half + 1 : STEP]
    mean, square, fine = (each[centers] for each in means)
    return (fine >= CONTRAST**2) & (fine >= FINE * (square - mean * mean))


_FREQUENCY = np.hypot(np.fft.fftfreq(WINDOW)[:, None], np.fft.rfftfreq(WINDOW))  # in waves per pixel
_TAPER = (np.hanning(WINDOW)[:, None] * np.hanning(WINDOW)).astype(np.float32)


def _period(window: np.ndarray) -> float:
    """The period of a window's pattern in pixels; 0 if it has none."""
    values = window.astype(np.float32)
    power = np.abs(np.fft.rfft2((values - values.mean()) * _TAPER)) ** 2
    power[:, 1:-1] *= 2  # for the waves that the half spectrum leaves out
    total = float(power.sum()) + 1e-6
    power[_FREQUENCY < 1 / LONGEST] = 0
    first, second = _take_strongest(power), _take_strongest(power)
    both = first.power + second.power
    has_dots = min(first.power, second.power) >= DOTS * both and _are_crossed(first, second)
    return 1 / np.hypot(first.down, first.right) if both >= REGULAR * total and has_dots else 0.0


class _Wave(NamedTuple):
    power: float
    down: float  # waves per pixel
    right: float


def _take_strongest(power: np.ndarray) -> _Wave:
    """The strongest wave of a spectrum [N, N / 2 + 1]; it is removed from it."""
    row, column = divmod(int(power.argmax()), power.shape[1])
    rows, columns = (row + np.arange(-2, 3)) % len(power), slice(max(0, column - 2), column + 3)
    taken = float(power[rows, columns].sum())
    power[rows, columns] = 0
    if column < 2:  # its mirror image lies there too
        power[-rows, :3] = 0
    return _Wave(taken, float(np.fft.fftfreq(WINDOW)[row]), float(np.fft.rfftfreq(WINDOW)[column]))


def _are_crossed(a: _Wave, b: _Wave) -> bool:
    """Whether two waves have different directions; those of hatching have one."""
    across = abs(a.down * b.right - b.down * a.right)
    return across > CROSSED * np.hypot(a.down, a.right) * np.hypot(b.down, b.right)


def _is_between_dots(gray: np.ndarray, period: float) -> np.ndarray:
    """Whether each pixel has light and dark within a period; not where paper or ink has no dots."""
    size = 2 * round(0.75 * period) + 1
    kernel = np.ones((size, size), np.uint8)
    return cv2.dilate(gray, kernel) - cv2.erode(gray, kernel) >= 3 * CONTRAST
