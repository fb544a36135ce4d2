"""Spreads the colour of hints over a panel, whatever run guessed its colours: kriging that knows regions.

A hint says by how much the guess is wrong at its place. Simple kriging (Gaussian process regression) estimates this
change everywhere. Its covariance compares two pixels' place, guess, lightness and the lightness around, and is smaller
if they lie in different regions (`pages.regions`). A flat region counts as one place, so it ends flat. If its hints
disagree, it counts pixel by pixel, as painted regions do.

Sources: Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), section 2.2 and chapter 4. Closings and
openings of several widths are the morphological profile of Pesaresi and Benediktsson (2001). The numbers were chosen by
the error on validation panels (`experiments.hint_loop`).
"""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from webtoon_colorize import lab
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages.regions import Regions
from webtoon_colorize.pages.upsampling import upsample

CELLS = 128  # per side of a square panel; cells are square, and as many in panels of other shapes
NOISE = 0.003  # variance of the noise of a hint; the prior variance of the change is 1
ELSEWHERE = 0.9  # the factor of the covariance of two regions of one lightness, if there are many hints
TONED, TONE = 0.7, 0.1  # the share of ELSEWHERE that falls to 1/e at this difference in lightness of flat regions
# How far a lone hint reaches in a painted region, in sides of a square of the panel's area; two reach 4 times as far.
NEAR = 0.3
DISAGREE = (4.0, 8.0)  # Lab units that the hints of a region differ from their mean, where it begins and where it ends
WIDTHS = (5, 9, 17)  # cells, of the closings and openings

# The difference in each feature at which the covariance falls to 1/e.
POSITION = 1.6  # sides of a square of the panel's area
GUESS = 0.7  # ab in network range
LIGHTNESS, CLOSED, OPENED = 1.2, 4.0, 8.0  # lightness in [-1, 1]; the last two for each of WIDTHS


class _Places(NamedTuple):
    """Places that kriging compares; N pixels, cells, regions or hints."""

    features: np.ndarray  # float32 [N, F]: position (2), guess (2), lightness, and that without thin lines (6)
    region: np.ndarray  # int [N]


class Spreading:
    """Spreads hints over one panel."""

    def __init__(self, lightness: np.ndarray, guess: np.ndarray, regions: Regions):
        """
        Args:
          lightness: float32 [H, W] in [-1, 1].
          guess: float32 [H, W, 2], the panel's ab without hints, in network range.
          regions: of the panel.
        """
        self._lightness, self._regions = lightness, regions
        labels, _, flatness = self._regions
        self._guess = self._regions.evened(guess)
        height, width = lightness.shape
        scale = CELLS / (height * width) ** 0.5
        self._size = [max(1, round(side * scale)) for side in (width, height)]
        small = cv2.resize(lightness, self._size, interpolation=cv2.INTER_AREA)
        features = _features(small, cv2.resize(guess, self._size, interpolation=cv2.INTER_AREA))
        shown = cv2.resize(labels, self._size, interpolation=cv2.INTER_NEAREST)
        self._cells = _Places(features.reshape(-1, features.shape[-1]), shown.ravel())
        self._wholes = _Places(self._over_regions(features), np.arange(len(flatness)))
        self._room = _room(small), _room(self._regions.mean(lightness))

    def _over_regions(self, features: np.ndarray) -> np.ndarray:
        """The means over regions of the cells' features [h, w, F], float32 [N, F]."""
        size = self._lightness.shape[::-1]
        means = []
        for plane in np.moveaxis(features, -1, 0):  # one by one, for panels may be large
            means.append(self._regions.mean(cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST)))
        return np.stack(means, axis=-1)

    def ab(self, hints: Sequence[Hint]) -> np.ndarray:
        """The panel's ab with one or more hints, float32 [H, W, 2] in network range.

        hints: in pixels of the panel; one whose centre lies outside counts as if it lay on the border.
        """
        height, width = self._lightness.shape
        rows = np.clip([int(hint.y) for hint in hints], 0, height - 1)
        columns = np.clip([int(hint.x) for hint in hints], 0, width - 1)
        wanted = lab.rgb_to_lab(np.array([hint.rgb for hint in hints]))[1]
        labels, region = self._regions.labels, self._regions.labels[rows, columns]
        flatness = self._agreed_flatness(region, wanted)
        places, room = self._places(rows, columns, region, flatness)
        change = (wanted - self._guess[rows, columns]) / room[:, None]
        uneven = flatness[self._cells.region] < 1  # the others have their region's change
        wholes, some = _krige(
            places, change, flatness, [self._wholes, _Places(*(each[uneven] for each in self._cells))]
        )
        cells = wholes[self._cells.region]
        cells[uneven] = some
        smooth = upsample(cells.reshape(*self._room[0].shape, 2) * self._room[0][..., None], self._lightness)
        even = (wholes * self._room[1][:, None])[labels]
        result = self._guess + smooth + flatness[labels][..., None] * (even - smooth)
        for hint, row, column, ab in zip(hints, rows, columns, wanted):
            _touch_up(result, labels, hint, row, column, ab)
        return result

    def _agreed_flatness(self, region: np.ndarray, ab: np.ndarray) -> np.ndarray:
        """The flatness of each region, less where its hints, in `region` [K] and of `ab` [K, 2], disagree."""
        flatness = self._regions.flatness.copy()
        for each in np.unique(region):
            own = ab[region == each]
            apart = lab.AB_SCALE * np.linalg.norm(own - own.mean(axis=0), axis=1).max()
            flatness[each] *= 1 - np.clip((apart - DISAGREE[0]) / (DISAGREE[1] - DISAGREE[0]), 0, 1)
        return flatness

    def _places(
        self, rows: np.ndarray, columns: np.ndarray, region: np.ndarray, flatness: np.ndarray
    ) -> tuple[_Places, np.ndarray]:
        """The places of K hints, and the room for change there, [K]."""
        (height, width), (across, down) = self._lightness.shape, self._size
        cell = rows * down // height * across + columns * across // width
        share = flatness[region]
        exact, even = self._cells.features[cell], self._wholes.features[region]
        room = _room(self._lightness[rows, columns])
        return (
            _Places(exact + share[:, None] * (even - exact), region),
            room + share * (self._room[1][region] - room),
        )


def _room(lightness: np.ndarray) -> np.ndarray:
    """How much chroma, and so change, sRGB has room for; little near black and white."""
    return np.sqrt(1.1 - lightness**2)


def _features(lightness: np.ndarray, guess: np.ndarray) -> np.ndarray:
    """The features of each cell, float32 [h, w, 11]; a thin line has almost those of the area it is drawn on."""
    height, width = lightness.shape
    row, column = np.mgrid[:height, :width].astype(np.float32) / ((height * width) ** 0.5 * POSITION)
    closed = [_closed(lightness, size) / CLOSED for size in WIDTHS]
    opened = [-_closed(-lightness, size) / OPENED for size in WIDTHS]
    return np.stack([row, column, *cv2.split(guess / GUESS), lightness / LIGHTNESS, *closed, *opened], axis=-1)


def _closed(lightness: np.ndarray, size: int) -> np.ndarray:
    """`lightness` without dark details thinner than `size` cells, smoothed so that no squares show in the colour."""
    kernel = np.ones((size, size), np.uint8)
    closed = cv2.erode(cv2.dilate(lightness, kernel), kernel)
    return cv2.blur(closed, (size // 2 + 1, size // 2 + 1))


def _krige(hints: _Places, change: np.ndarray, flatness: np.ndarray, others: Sequence[_Places]) -> list[np.ndarray]:
    """The change at other places, float32 [N, 2] for each of them, from that at the hints [K, 2]."""
    noise = NOISE * np.eye(len(change), dtype=np.float32)
    weights = np.linalg.solve(_covariance(hints, hints, flatness) + noise, change).astype(np.float32)
    return [_covariance(places, hints, flatness) @ weights for places in others]


def _covariance(places: _Places, hints: _Places, flatness: np.ndarray) -> np.ndarray:
    """Of N places and K hints, float32 [N, K]: exp(-difference), times a factor for their regions.

    In one region the factor falls with the distance; it is 1 if the region is flat, which makes it one place. In two it
    is ELSEWHERE at most, and falls with the difference in lightness if both are flat: they are different paint. The
    fewer hints, the less they say; a lone one says nothing about other regions. All of it is sums and products of
    covariances, and so a covariance.
    """
    one, other = places.features, hints.features
    apart, tone = _distance(one[:, :2], other[:, :2]), np.abs(one[:, 4, None] - other[:, 4])
    difference = apart + _distance(one[:, 2:4], other[:, 2:4]) + tone
    for channel in range(5, one.shape[1]):
        difference += np.abs(one[:, channel, None] - other[:, channel])
    trust = len(other) ** 2
    elsewhere = np.float32(ELSEWHERE * (1 - 1 / trust))
    even, its_even = flatness[places.region][:, None], flatness[hints.region]
    alike = np.sqrt((1 - TONED * even**2) * (1 - TONED * its_even**2))
    alike = alike + TONED * even * its_even * np.exp(tone * (-LIGHTNESS / TONE))
    within = (places.region[:, None] == hints.region) * np.exp(apart * (-POSITION / (NEAR * trust)))
    return np.exp(-difference) * (elsewhere * alike + (1 - elsewhere) * within)


def _distance(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The Euclidean distance of [N, 2] and [K, 2]: [N, K]."""
    return np.hypot(points[:, 0, None] - others[:, 0], points[:, 1, None] - others[:, 1])


def _touch_up(ab: np.ndarray, labels: np.ndarray, hint: Hint, row: int, column: int, wanted: np.ndarray) -> None:
    """Gives the hint's own pixels its colour, in its region and less towards its rim, if it has not come out there."""
    reach, (height, width) = int(hint.radius) + 1, labels.shape
    y = np.arange(max(0, row - reach), min(height, row + reach + 1))[:, None]
    x = np.arange(max(0, column - reach), min(width, column + reach + 1))
    share = np.maximum(0, 1 - ((y - row) ** 2 + (x - column) ** 2) / reach**2) * (labels[y, x] == labels[row, column])
    ab[y, x] += share[..., None].astype(np.float32) * (wanted - ab[row, column])
