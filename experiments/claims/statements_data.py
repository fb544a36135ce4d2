"""What the paper says of webtoons, of chroma and of its data (I to III)."""

from experiments.claims.judging import Claim, is_more
from experiments.claims.sides import (
    MODELS,
    above,
    half,
    minus,
    of,
    one_title,
    scaled,
    share_of_gray,
    tagged,
    where,
)

FAILURES = {
    "texture": "texture",
    "occlusion": "occlusion",
    "multimodality": "multimodality",
    "light": "light text and effects",
    "background": "complicated backgrounds",
}  # tag -> the paper's words (figure 3)
_SAVED = minus(one_title, of("l2", "rmse_lab"))  # by the collection

CLAIMS = (
    Claim(
        "colorful_gray",
        "I.A",
        "panels drawn without colour come out more colourful",
        "chroma, Lab, of panels drawn gray but for an accent: l2 against the truth",
        where(of("l2", "chroma_lab"), tagged("sparse_color")),
        of("gray", "chroma_lab_true"),
        is_more,
    ),
    Claim(
        "low_resolution",
        "II",
        "an observation of [7]: upscaled low-resolution chroma is enough",
        "RMSE, Lab: a quarter of gray's against that of the true chroma in an eighth of the width",
        scaled(0.25, of("gray", "rmse_lab")),
        of("gray", "rmse_lab_low_resolution"),
        is_more,
        control=True,
    ),
    Claim(
        "split_by_panel",
        "III.B",
        "splitting by panel overestimates success",
        "RMSE, Lab, on test panels whose neighbours l2_neighbours was trained on: l2 against l2_neighbours",
        of("l2", "rmse_lab"),
        of("l2_neighbours", "rmse_lab"),
        is_more,
    ),
    Claim(
        "collection",
        "III.B",
        "a collection generalises better than one title",
        "RMSE, Lab, on a title's panels: l2 of that title only against l2 of all",
        one_title,
        of("l2", "rmse_lab"),
        is_more,
    ),
    Claim(
        "collection_uncharacteristic",
        "III.B",
        "above all on panels uncharacteristic for the title",
        "what the collection saves, Lab: panels far from the title's mean colour against those near to it",
        where(_SAVED, half(characteristic=False)),
        where(_SAVED, half(characteristic=True)),
        is_more,
        paired=False,
    ),
    *(
        Claim(
            f"hard_{tag}",
            "III.B",
            f"{words}: a common kind of failure of all models",
            f"RMSE over gray's, of each model: panels with the tag {tag} against those without",
            {row: where(share_of_gray(row), tagged(tag)) for row in MODELS},
            {row: where(share_of_gray(row), tagged(tag, present=False)) for row in MODELS},
            is_more,
            paired=False,
        )
        for tag, words in FAILURES.items()
    ),
    Claim(
        "missing_details",
        "III.B",
        "small details are missed: a common failure",
        "skill of l2: in large regions, where it must be above 0.02, against in small ones",
        of("l2", "skill_large"),
        of("l2", "skill_small"),
        is_more,
        conditions=(above(of("l2", "skill_large"), 0.02),),
    ),
    Claim(
        "bleeds",
        "III.B",
        "colour bleeds outside the lines: a common failure of all models",
        "bleeding over borders: each model against the truth",
        {row: of(row, "bleeding") for row in MODELS},
        of("gray", "bleeding_true"),
        is_more,
    ),
)
