"""Colour from the networks' size to a page's, along the edges of the page's lightness."""

import cv2
import numpy as np

# Lightness (range 2) that varies less than this within a window is taken for grain, and colour does not follow it.
GRAIN = 0.06
CORRECTIONS = 2


def upsample(ab: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """Joint upsampling: a guided filter (He, Sun and Tang 2013), then back-projection.

    In each window, which is about as wide as a pixel of `ab` is on the page, colour becomes a linear function of
    lightness: it changes where the lightness does. That pales small things, so what the result, reduced again, lacks
    of `ab` is added, twice. It stays between the colours that the networks gave around a place, where a line is darker
    than anything that they saw.

    Args:
      ab: [h, w, 2] float32.
      lightness: [H, W] float32 in [-1, 1].

    Returns:
      [H, W, 2] float32.
    """
    small_size, size = ab.shape[1::-1], lightness.shape[::-1]
    kernel = np.ones((3, 3), np.uint8)  # pixels of `ab` that the window around a pixel of the page reaches
    low, high = (cv2.resize(each, size) for each in (cv2.erode(ab, kernel), cv2.dilate(ab, kernel)))
    result = _guided(cv2.resize(ab, size), lightness, [max(1, round(a / b)) for a, b in zip(size, small_size)])
    for _ in range(CORRECTIONS):
        np.clip(result, low, high, out=result)
        result += cv2.resize(ab - cv2.resize(result, small_size, interpolation=cv2.INTER_AREA), size)
    return np.clip(result, low, high, out=result)


def _guided(ab: np.ndarray, lightness: np.ndarray, radii: list[int]) -> np.ndarray:
    """The guided filter of `ab` [H, W, 2] in windows of 2 r + 1 pixels (across, down)."""

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, [2 * radius + 1 for radius in radii], borderType=cv2.BORDER_REFLECT)

    mean_lightness = mean(lightness)
    variance = np.maximum(mean(lightness * lightness) - mean_lightness**2, 0.0) + GRAIN**2
    planes = []
    for plane in cv2.split(ab):
        mean_plane = mean(plane)
        slope = (mean(lightness * plane) - mean_lightness * mean_plane) / variance
        planes.append(mean(slope) * lightness + mean(mean_plane - slope * mean_lightness))
    return cv2.merge(planes)
