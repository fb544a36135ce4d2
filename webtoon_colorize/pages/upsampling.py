"""Upsamples chroma from the networks' size to the page's, along the edges of the page's lightness."""

import cv2
import numpy as np

GRAIN = 0.06  # of lightness in [-1, 1]; colour does not follow lightness that varies less within a window
CORRECTIONS = 2  # steps of back-projection


def upsample(ab: np.ndarray, lightness: np.ndarray) -> np.ndarray:
    """Joint upsampling: a guided filter (He, Sun and Tang 2013), then back-projection.

    In each window, about twice as wide as a pixel of `ab` is on the page, the guided filter makes colour a linear
    function of lightness, so colour changes where the lightness does. The filter pales small details. Back-projection
    restores them: it reduces the result to the size of `ab` and adds the difference, CORRECTIONS times. The result is
    clipped to the range of `ab` around each pixel, because thin lines are darker than anything at the networks' size.

    Args:
      ab: [h, w, 2] float32.
      lightness: [H, W] float32 in [-1, 1].

    Returns:
      [H, W, 2] float32.
    """
    small_size, size = ab.shape[1::-1], lightness.shape[::-1]
    kernel = np.ones((3, 3), np.uint8)  # the pixels of `ab` within reach of a window
    low, high = (cv2.resize(each, size) for each in (cv2.erode(ab, kernel), cv2.dilate(ab, kernel)))
    result = _guided(cv2.resize(ab, size), lightness, [max(1, round(a / b)) for a, b in zip(size, small_size)])
    for _ in range(CORRECTIONS):
        np.clip(result, low, high, out=result)
        result += cv2.resize(ab - cv2.resize(result, small_size, interpolation=cv2.INTER_AREA), size)
    return np.clip(result, low, high, out=result)


def _guided(ab: np.ndarray, lightness: np.ndarray, radii: list[int]) -> np.ndarray:
    """The guided filter of `ab` [H, W, 2] in windows of 2 r + 1 pixels; `radii` r: horizontal, vertical."""

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
