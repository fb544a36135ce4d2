"""Small comics for tests."""

import zipfile

import cv2
import numpy as np
from PIL import Image


def art(seed, height=240, width=260):
    """A picture that is like no other: smooth noise."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def save(path, rgb, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(path, **options)
    return path


def strip(*panels, width=300, gutter=(255, 255, 255)):
    """The panels one above the other, with gutters of 20 pixels."""
    rows = [np.full((20, width, 3), gutter, np.uint8)]
    for panel in panels:
        row = np.full((len(panel), width, 3), gutter, np.uint8)
        row[:, 20 : 20 + panel.shape[1]] = panel
        rows += [row, rows[0]]
    return np.concatenate(rows)


def comic(folder, title="가우스 전자", episodes=3, seed=0):
    """A title with one page of one panel per episode; returns the title's folder."""
    for episode in range(1, episodes + 1):
        save(folder / title / f"{episode}화" / "01.png", strip(art(1000 * seed + episode)))
    return folder / title


def gray(seed=1, **size):
    return np.ascontiguousarray(art(seed, **size)[..., 0])


def load(path):
    return np.array(Image.open(path))


def is_colored(image):
    return image.ndim == 3 and (image.max(axis=2) != image.min(axis=2)).mean() > 0.2


def archive(path, contents):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in contents.items():
            file.writestr(name, content)
    return path


def page_bytes(folder, seed=1, name="bytes.png"):
    data = save(folder / name, gray(seed, height=60, width=50)).read_bytes()
    (folder / name).unlink()
    return data
