"""Carries out ICC profiles: pixels become sRGB, in which all colour is computed here."""

import functools
import io

import numpy as np
from PIL import Image, ImageCms

_SAME = 2  # gray levels; profiles of sRGB differ by less


def of(image: Image.Image) -> bytes:
    """The ICC profile of an image; empty without one that is whole."""
    return image.info.get("icc_profile") or b""


def stays(profile: bytes) -> bool:
    """Whether the profile still fits RGB pixels after `in_srgb`: one of sRGB, or one of RGB that is damaged."""
    return profile[16:20] == b"RGB " and (_curve(profile) is None or _is_srgb(profile))


def in_srgb(image: Image.Image) -> Image.Image:
    """The image in sRGB if it has another ICC profile that fits it, else as it is. 8 bits."""
    profile = of(image)
    space, curve = profile[16:20], _curve(profile)
    if image.mode == "CMYK":
        return (_through(profile, image) if space == b"CMYK" else None) or image
    if curve is None or stays(profile):
        return image
    if space == b"RGB ":
        return _rgb_in_srgb(image, profile)
    if image.mode not in ("L", "LA"):
        return image
    image = image.convert("LA") if image.has_transparency_data else image
    return image.point([*curve.tolist(), *range(256)][: 256 * len(image.getbands())])


def _rgb_in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    has_alpha = image.has_transparency_data
    image = image.convert("RGBA" if has_alpha else "RGB")
    rgb = _through(profile, image.convert("RGB")) or image
    if has_alpha:
        rgb.putalpha(image.getchannel("A"))
    return rgb


def deep_in_srgb(pixels: np.ndarray, profile: bytes) -> np.ndarray:
    """uint16 [H, W, 3] in sRGB, as `in_srgb`. Grays keep their 16 bits; what makes colours differ from them has 8."""
    curve = _curve(profile)
    if curve is None or stays(profile):
        return pixels
    levels = np.interp(np.arange(65536), 257 * np.arange(256), 257.0 * curve).round().astype(np.int32)
    result = levels[pixels]
    if profile[16:20] == b"RGB ":
        small = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
        result += 257 * (np.asarray(_through(profile, Image.fromarray(small)), np.int32) - curve[small])
    return result.clip(0, 65535).astype(np.uint16)


@functools.lru_cache(maxsize=8)
def _curve(profile: bytes) -> np.ndarray | None:
    """The level in sRGB of each gray 0 to 255, uint8 [256]; None of a profile that is damaged, or of another space."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    mode = {b"GRAY": "L", b"RGB ": "RGB"}.get(profile[16:20])
    done = _through(profile, ramp.convert(mode)) if mode else None
    return None if done is None else np.asarray(done)[0, :, 1]


@functools.lru_cache(maxsize=8)
def _is_srgb(profile: bytes) -> bool:
    """Whether a profile of RGB that is not damaged leaves a grid of colours as it is."""
    grid = np.stack(np.meshgrid(*3 * [np.arange(0, 256, 15)]), axis=-1).astype(np.uint8).reshape(18, -1, 3)
    done = np.asarray(_through(profile, Image.fromarray(grid)))
    return bool(np.abs(done.astype(int) - grid).max() <= _SAME)


def _through(profile: bytes, image: Image.Image) -> Image.Image | None:
    """The image in sRGB, RGB of 8 bits; None if the profile is damaged."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return None
