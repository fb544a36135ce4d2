"""What is a copy, and what only looks like one."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from data_tools import duplicates
from data_tools.duplicates import Signatures, exact_copies, near_copies, signature
from webtoon_colorize.io.images import read_image


def character(hair=(200, 40, 40), mouth=0, seed=0):
    """A face on a background of its own, 300 x 240."""
    small = np.random.default_rng(seed).integers(60, 220, (4, 4, 3), dtype=np.uint8)
    image = cv2.resize(small, (300, 240), interpolation=cv2.INTER_CUBIC)
    cv2.ellipse(image, (150, 110), (75, 85), 0, 180, 360, hair, -1)
    cv2.circle(image, (150, 130), 60, (240, 205, 180), -1)
    cv2.ellipse(image, (150, 160), (25, 4 + mouth), 0, 0, 360, (120, 30, 30), -1)
    return image


def saved_again(image, *, scale, quality):
    size = [round(scale * side) for side in image.shape[1::-1]]
    data = io.BytesIO()
    Image.fromarray(image).resize(size, Image.Resampling.LANCZOS).save(data, "JPEG", quality=quality)
    return read_image(data.getvalue())


def near(*images):
    return near_copies(stack(map(signature, images)))


def stack(signatures):
    near, small, aspect = zip(*signatures)
    near = np.frombuffer(b"".join(near), np.uint64).reshape(-1, 4)
    return Signatures(near, np.array(aspect), np.stack(small), np.arange(len(small)))


def brute_force(signatures):
    """What `near_copies` is to find, pair by pair, by its definition."""
    copies = {}
    for later in range(len(signatures.near)):
        for earlier in range(later):
            ratio = signatures.aspect[later] / signatures.aspect[earlier]
            bits = np.bitwise_count(signatures.near[later] ^ signatures.near[earlier]).sum()
            distance = np.linalg.norm(signatures.small[later].astype(float) - signatures.small[earlier], axis=2)
            if (
                earlier not in copies
                and max(ratio, 1 / ratio) <= duplicates.MAX_ASPECT
                and bits <= duplicates.MAX_BITS
                and distance.mean() <= duplicates.MAX_MEAN
                and distance.max() <= duplicates.MAX_CELL
            ):
                copies[later] = earlier
                break
    return copies


def test_equal_pictures_are_exact_copies_of_the_first():
    assert exact_copies("abcab") == {3: 0, 4: 1}


@pytest.mark.parametrize("scale, quality", [(1.0, 60), (0.7, 75), (1.5, 80)])
def test_the_same_art_saved_again_or_at_another_size_is_a_copy(scale, quality):
    assert near(character(), character(seed=1), saved_again(character(), scale=scale, quality=quality)) == {2: 0}


def test_a_copy_that_was_cut_a_pixel_off_is_a_copy():
    assert near(character(), np.ascontiguousarray(character()[1:, 1:])) == {1: 0}


def gray_like(colour):
    """Another colour of the same lightness in gray (0.299 R + 0.587 G + 0.114 B)."""
    red, green, blue = colour
    return (red - 114, green + 58, blue)  # 0.299 x 114 = 0.587 x 58 within 0.04


def test_look_alikes_in_colours_of_the_same_gray_are_no_copies():
    one, other = character(hair=(200, 40, 40)), character(hair=gray_like((200, 40, 40)))
    grays = [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(int) for image in (one, other)]
    assert np.abs(grays[0] - grays[1]).max() <= 1
    assert near(one, other) == {}


def test_the_next_panel_with_another_expression_is_no_copy():
    assert near(character(), character(mouth=18)) == {}


def test_pictures_of_different_shape_are_no_copies():
    flat = np.full((200, 300, 3), (90, 120, 200), np.uint8)
    assert near(flat, flat[:, :250]) == {}


def test_what_copies_a_copy_points_to_the_first():
    images = [saved_again(character(), scale=scale, quality=90) for scale in (1, 0.9, 0.8)]
    assert near(*images) == {1: 0, 2: 0}


def test_copies_are_found_among_thousands_beyond_one_block():
    generator = np.random.default_rng(0)
    images = [cv2.resize(generator.integers(0, 256, (3, 3, 3), dtype=np.uint8), (32, 32)) for _ in range(1500)]
    images += [images[7], images[1200]]
    assert near(*images) == {1500: 7, 1501: 1200}


@pytest.mark.parametrize("block", [4, 32, 512])
def test_the_search_finds_what_comparing_all_pairs_finds(monkeypatch, block):
    """Families of pictures that change a little from one to the next: copies, copies of copies, and near misses."""
    monkeypatch.setattr(duplicates, "BLOCK", block)
    generator = np.random.default_rng(1)
    images = []
    for _ in range(12):
        image = cv2.resize(generator.integers(60, 196, (4, 4, 3)).astype(np.float32), (60, 48))
        for _ in range(12):
            image = image + cv2.resize(generator.normal(0, 1.5, (3, 3, 3)).astype(np.float32), (60, 48))
            images.append(image[: generator.integers(46, 49)].clip(0, 255).astype(np.uint8))
    signatures = stack(map(signature, [images[index] for index in generator.permutation(len(images))]))
    expected = brute_force(signatures)
    assert 20 < len(expected) < 120
    assert near_copies(signatures) == expected


def test_no_pictures_have_no_copies():
    none = np.empty(0)
    assert near_copies(Signatures(np.empty((0, 4), np.uint64), none, np.empty((0, 24, 24, 3), np.int8), none)) == {}
    assert exact_copies([]) == {}
