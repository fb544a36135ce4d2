"""The weights that come with the package, and the card that goes with them."""

import numpy as np

from data_tools.comic.titles import make_title
from tests.test_app_session import page
from webtoon_colorize import run
from webtoon_colorize.colorizer import Colorizer
from webtoon_colorize.hints import Hint
from webtoon_colorize.pages import runtimes


def test_they_colour_a_page_and_heed_a_hint_without_a_run():
    gray = page()
    there = Colorizer.load()
    automatic = there.colorize(gray)
    hinted = there.colorize(gray, [Hint(100, 100, (200, 40, 40), 6)])
    assert np.ptp(automatic[40:280, 40:190].astype(int), axis=-1).mean() > 3
    redder = (hinted.astype(int) - automatic)[40:280, 40:190]
    assert (redder[..., 0] - redder[..., 2]).mean() > 30


def test_they_are_small_and_their_card_names_every_artist_and_every_error():
    settings = run.load_settings(runtimes.PRETRAINED)
    assert settings.experiment == "references" and settings.image_size == 128 and len(settings.titles) == 40
    assert sum(path.stat().st_size for path in runtimes.PRETRAINED.iterdir()) < 24e6
    card = (runtimes.PRETRAINED / "README.md").read_text(encoding="utf-8")
    assert "CC BY-SA 4.0" in card
    drawn = {make_title(0, number).name for number in range(20)}
    for title in settings.titles:  # once with its error, and once with its artist if it is not ours
        assert card.count(f"| {title} |") == (1 if title in drawn else 2)
