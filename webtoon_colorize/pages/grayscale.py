"""How much of a picture has colour; sepia and yellowed paper have none (paper III.A)."""

import cv2
import numpy as np

# The picture is reduced to this many pixels on its shorter side: JPEG's colour noise averages out, a small coloured
# accent does not.
SIDE = 160
COLOURED = 10.0  # Lab units from gray at which a pixel has colour
STRONG = 26.0  # ... and at which the colour is no mere tint of yellowed paper or sepia ink


def color_share(rgb: np.ndarray) -> float:
    """The share (0 to 1) of `rgb` (uint8 [H, W, 3]) that has colour.

    A weak brown or yellow tint that all of the picture shares (sepia) does not count. The tint is the median ab of each
    of 16 steps of lightness; it is forgiven where it is nearer to yellow than to red, green or blue, and weak.
    """
    scale = min(1.0, SIDE / min(rgb.shape[:2]))
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb
    lab = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).reshape(-1, 3)
    lightness, ab = lab[:, 0], lab[:, 1:]
    steps = (lightness / 100 * 15.999).astype(int)
    for step in np.unique(steps):
        tint = np.median(ab[steps == step], axis=0)
        if tint[1] > abs(tint[0]) and np.linalg.norm(tint) < STRONG:
            ab[steps == step] -= tint
    return float(np.mean(np.linalg.norm(ab, axis=1) > COLOURED))
