"""Splits by episode."""

import pytest

from data_tools.pages import ComicError
from data_tools.splits import split_episodes

SHARES = {"validation_share": 0.05, "test_share": 0.05}


def panels(sizes, splits):
    return {
        name: sum(sizes[episode] for episode, split in splits.items() if split == name)
        for name in ("train", "validation", "test")
    }


def test_parts_have_about_their_shares():
    sizes = {f"{number:03}": 10 + number % 5 for number in range(100)}  # 1,200 panels
    counts = panels(sizes, split_episodes("t", sizes, **SHARES))
    assert sum(counts.values()) == 1200
    assert abs(counts["validation"] - 60) <= 7 and abs(counts["test"] - 60) <= 7  # half the size of an episode


def test_every_part_has_an_episode_even_if_that_is_more_than_its_share():
    splits = split_episodes("t", {"1": 50, "2": 60, "3": 70}, **SHARES)
    assert sorted(splits.values()) == ["test", "train", "validation"]


def test_of_large_episodes_the_one_nearest_to_the_share_is_taken():
    sizes = {"1": 1, "2": 80, "3": 80, "4": 9, "5": 10, "6": 20}  # 200 panels, 10 wanted: 9 and 10 are nearest
    splits = split_episodes("t", sizes, **SHARES)
    assert {splits["4"], splits["5"]} == {"validation", "test"}


def test_the_order_of_episodes_does_not_matter():
    sizes = {str(number): 10 for number in range(30)}
    assert split_episodes("t", sizes, **SHARES) == split_episodes("t", dict(reversed(sizes.items())), **SHARES)


def test_titles_draw_differently():
    sizes = {str(number): 10 for number in range(30)}
    assert split_episodes("t", sizes, **SHARES) != split_episodes("u", sizes, **SHARES)


def test_episodes_without_panels_do_not_count():
    with pytest.raises(ComicError, match="t: 2 episodes"):
        split_episodes("t", {"1": 5, "2": 5, "3": 0}, **SHARES)


def test_a_test_share_of_one_takes_all():
    assert split_episodes("t", {"1": 5, "2": 0, "3": 5}, validation_share=0.05, test_share=1.0) == {
        "1": "test",
        "3": "test",
    }
    assert split_episodes("t", {"1": 5}, validation_share=0.05, test_share=1.0) == {"1": "test"}


@pytest.mark.parametrize(
    "shares, parts", [((0.0, 0.0), {"train"}), ((0.1, 0.0), {"train", "validation"}), ((0.0, 0.1), {"train", "test"})]
)
def test_a_share_of_zero_leaves_a_part_empty(shares, parts):
    sizes = dict.fromkeys("12", 5)
    assert set(split_episodes("t", sizes, validation_share=shares[0], test_share=shares[1]).values()) <= parts
    assert len(set(split_episodes("t", sizes, validation_share=shares[0], test_share=shares[1]).values())) == len(parts)
