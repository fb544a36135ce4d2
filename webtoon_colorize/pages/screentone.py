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
    # Art can be regular in a window, screentone is so in many that lie together, and in the same way.
    nearby = np.ones((3, 3), np.uint8)
    fine = cv2.dilate(cv2.erode(_is_fine(gray).astype(np.uint8), nearby, borderValue=0), nearby) > 0
    periods = np.zeros(fine.shape)
    windows = np.lib.stride_tricks.sliding_window_view(gray, (WINDOW, WINDOW))[::STEP, ::STEP]
    periods[fine] = _periods(windows[fine])
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
    return Screentone(mask, np.where(mask, _tone(gray, mask, period), gray))


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
_TOGETHER = 64  # windows whose spectra stay in the processor's cache
_MARGIN = 2  # columns of zeros on both sides of a spectrum
_TAPER = (np.hanning(WINDOW)[:, None] * np.hanning(WINDOW)).astype(np.float32)


def _periods(windows: np.ndarray) -> np.ndarray:
    """The period of the pattern of each window, uint8 [N, WINDOW, WINDOW], in pixels; 0 if it has none."""
    starts = range(0, len(windows), _TOGETHER)
    return np.concatenate([np.zeros(0), *(_some_periods(windows[start : start + _TOGETHER]) for start in starts)])


def _some_periods(windows: np.ndarray) -> np.ndarray:
    values = windows.astype(np.float32)
    values -= values.mean(axis=(1, 2), keepdims=True)
    power = np.abs(np.fft.rfft2(values * _TAPER)) ** 2
    power[..., 1:-1] *= 2  # for the waves that the half spectrum leaves out
    total = power.sum(axis=(1, 2)) + 1e-6
    power[:, _FREQUENCY < 1 / LONGEST] = 0
    power = np.pad(power, ((0, 0), (0, 0), (_MARGIN, _MARGIN)))
    first, second = _take_strongest(power), _take_strongest(power)
    both = first.power + second.power
    has_dots = (np.minimum(first.power, second.power) >= DOTS * both) & _are_crossed(first, second)
    period = 1 / np.maximum(np.hypot(first.down, first.right), 1e-6)
    return np.where((both >= REGULAR * total) & has_dots, period, 0)


class _Waves(NamedTuple):
    """A wave in each of N windows."""

    power: np.ndarray  # [N]
    down: np.ndarray  # [N], waves per pixel
    right: np.ndarray  # [N]


def _take_strongest(power: np.ndarray) -> _Waves:
    """The strongest wave of each spectrum [N, S, S / 2 + 1 + 2 _MARGIN]; it is removed from it."""
    row, column = np.divmod(power.reshape(len(power), -1).argmax(axis=1), power.shape[2])
    window, near = np.arange(len(power))[:, None, None], np.arange(-2, 3)
    rows = (row[:, None, None] + near[:, None]) % WINDOW
    place = window, rows, column[:, None, None] + near
    taken = power[place].sum(axis=(1, 2))
    power[place] = 0
    at_edge = column < _MARGIN + 2  # its mirror image lies there too
    power[window[at_edge], -rows[at_edge], _MARGIN + np.arange(3)] = 0
    return _Waves(taken, np.fft.fftfreq(WINDOW)[row], np.fft.rfftfreq(WINDOW)[column - _MARGIN])


def _are_crossed(a: _Waves, b: _Waves) -> np.ndarray:
    """Whether two waves have different directions; those of hatching have one."""
    across = np.abs(a.down * b.right - b.down * a.right)
    return across > CROSSED * np.hypot(a.down, a.right) * np.hypot(b.down, b.right)


def _tone(gray: np.ndarray, mask: np.ndarray, period: float) -> np.ndarray:
    """The mean gray level around each pixel of `mask`; a line's stays on the line, so that areas are even up to it."""
    share = mask.astype(np.float32)
    total, count = (cv2.GaussianBlur(each, (0, 0), 0.5 * period) for each in (gray * share, share))
    mean = np.where(mask, total / np.maximum(count, 1e-6), 0)  # a hundredth of the pattern is left
    kernel = np.ones((2 * round(2.5 * period) + 1,) * 2, np.uint8)
    without_lines = cv2.erode(np.where(mask, cv2.dilate(mean, kernel), 255), kernel)
    darker = np.where(mask, without_lines - mean, 0)
    return np.where(darker < cv2.dilate(darker, kernel) / 2, without_lines, mean).astype(np.uint8)


def _is_between_dots(gray: np.ndarray, period: float) -> np.ndarray:
    """Whether each pixel has dots on both sides within a period; paper beside a line has them on one side at most."""
    size = 2 * round(0.75 * period) + 1
    kernel = np.ones((size, size), np.uint8)
    without_dark, without_light = (cv2.morphologyEx(gray, each, kernel) for each in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN))
    return without_dark - without_light >= 3 * CONTRAST
