"""Splits the episodes of a title into training, validation and test.

Neighbouring panels are similar, so an episode is in one split as a whole (the paper's section III.B).
"""

import hashlib
from collections.abc import Mapping

from data_tools.pages import ComicError

SPLITS = ("train", "validation", "test")


def split_episodes(
    title: str, sizes: Mapping[str, int], *, validation_share: float, test_share: float
) -> dict[str, str]:
    """The split of each episode, given how many panels each has (`sizes`).

    Validation and test get one episode each, and more as long as this brings them nearer to their share of the panels.
    A split with a share of 0 is empty. A test share of 1 takes all. The order in which episodes are drawn depends only
    on the names of title and episode.

    Raises ComicError if there are too few episodes (`fault`).
    """
    if test_share == 1:
        return {episode: "test" for episode, size in sizes.items() if size}
    shares = {name: share for name, share in (("test", test_share), ("validation", validation_share)) if share > 0}
    left = sorted((episode for episode, size in sizes.items() if size), key=lambda episode: _lot(title, episode))
    if few := fault(len(left), validation_share=validation_share, test_share=test_share):
        raise ComicError(f"{title}: {few}")
    splits, total = {}, sum(sizes.values())
    for number, (name, share) in enumerate(shares.items(), 1):
        taken = _draw(
            {episode: sizes[episode] for episode in left}, share * total, most=len(left) - (len(shares) - number) - 1
        )
        splits.update(dict.fromkeys(taken, name))
        left = [episode for episode in left if episode not in taken]
    return {**dict.fromkeys(left, "train"), **splits}


def fault(count: int, why: str = "", *, validation_share: float, test_share: float) -> str:
    """A clause that says that `count` episodes with usable panels are too few: each split with a share needs one.

    `why` is added to the number. Empty if they are enough.
    """
    needed = 1 if test_share == 1 else 1 + (validation_share > 0) + (test_share > 0)
    if count >= needed:
        return ""
    return (
        f"{count} episode{'s' * (count != 1)} with usable panels{why}, "
        f"but training, validation and test need one each ({needed} in all)"
    )


def _lot(title: str, episode: str) -> str:
    return hashlib.sha256(f"{title}/{episode}".encode()).hexdigest()


def _draw(sizes: Mapping[str, int], target: float, most: int) -> list[str]:
    """One to `most` episodes, in the order of `sizes`, whose panels add up to about `target`."""
    taken, total = [], 0
    for episode, size in sizes.items():
        if len(taken) < most and abs(total + size - target) < abs(total - target):
            taken.append(episode)
            total += size
    # If episodes are large compared with the target, one well-chosen episode can come nearer to it than those taken.
    nearest = min(sizes, key=lambda episode: abs(sizes[episode] - target))
    return taken if taken and abs(total - target) <= abs(sizes[nearest] - target) else [nearest]
