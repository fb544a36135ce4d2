"""What the paper says of sparse colour, color & apply and tandem (IV.C)."""

from experiments.claims.judging import Claim, is_different, is_more
from experiments.claims.rows import MEASURES, compare_rows
from experiments.claims.sides import (
    MODELS,
    above,
    constant,
    detail,
    gain,
    keeps_the_gain,
    mean_variant,
    minus,
    of,
    scaled,
    size_of,
)

_OTHERS = tuple(name for name in MODELS if name not in ("color_and_apply", "residual_encoder_pretrained"))

_FAULTS = (
    Claim(
        "pale",
        "IV.C",
        "colours often come out less saturated than they should",
        "chroma over the truth's where the hue is right: 1 against l2",
        constant(1.0),
        of("l2", "chroma_of_right_hue"),
        is_more,
        conditions=(gain("l2"),),
    ),
    Claim(
        "part_not_whole",
        "IV.C",
        "the right colour is found in a small part and not brought to the whole",
        f"{MEASURES['right_in_part']}: l2 against 0.05",
        of("l2", "right_in_part"),
        constant(0.05),
        is_more,
    ),
    compare_rows(
        "part_to_whole",
        "IV.C",
        "color & apply brings it to the whole",
        "right_on_whole",
        left="color_and_apply",
        right="l2",
        judge=is_more,
    ),
)

_SEES_DETAILS = above(of("pixel_dropout", "skill_small_0"), 0.02)  # what knows nothing has no errors of its own either

_SPARSE = (
    Claim(
        "sparse_details",
        "IV.C",
        "sparse colour makes the network attend to small regions",
        "skill in small regions minus skill in large ones: pixel_dropout, iteration 1, whose skill in small ones must "
        "be above 0.02, against l2",
        detail("pixel_dropout", "_0"),
        detail("l2"),
        is_more,
        conditions=(_SEES_DETAILS,),
    ),
    Claim(
        "channel_general",
        "IV.C",
        "dropping whole channels makes it learn more general colours",
        "skill in small regions minus skill in large ones: pixel_dropout, iteration 1, whose skill in small ones must "
        "be above 0.02, against channel_dropout, whose skill in large ones must be",
        detail("pixel_dropout", "_0"),
        detail("channel_dropout", "_0"),
        is_more,
        conditions=(_SEES_DETAILS, above(of("channel_dropout", "skill_large_0"), 0.02)),
    ),
    *(
        Claim(
            name,
            "IV.C",
            sentence,
            f"chroma, Lab: iteration 4 of {row}, which must grow with each iteration and exceed the truth, against 1",
            of(row, "chroma_lab_3"),
            of(row, "chroma_lab_0"),
            is_more,
            conditions=(
                *(minus(of(row, f"chroma_lab_{each}"), of(row, f"chroma_lab_{each - 1}")) for each in (1, 2, 3)),
                minus(of(row, "chroma_lab_3"), of("gray", "chroma_lab_true")),
            ),
            control=row != "pixel_dropout",
        )
        for name, row, sentence in (
            ("iterations_saturated", "pixel_dropout", "iterations get more and more saturated"),
            ("iterations_saturated_divided", "pixel_dropout_divided", "also if kept colour is divided by its share"),
        )
    ),
    Claim(
        "iterations_errors",
        "IV.C",
        "errors of the first iteration are propagated",
        "share of iteration 1's error that is left in iteration 2 of pixel_dropout, whose skill in small regions must "
        "be above 0.02, more than sparse true colour leaves or overshoots by, against 0.5",
        of("pixel_dropout", "error_kept_1"),
        constant(0.5),
        is_more,
        conditions=(
            _SEES_DETAILS,
            minus(of("pixel_dropout", "error_kept_free"), size_of(of("pixel_dropout", "error_kept_sparse"))),
        ),
    ),
)

_KEEPS = (gain("color_and_apply"), keeps_the_gain("color_and_apply"))  # else a tint of the lightness would win
_AS_COLORFUL = minus(of("color_and_apply", "chroma_lab"), scaled(0.9, of("l2", "chroma_lab")))

_COLOR_AND_APPLY = (
    *(
        compare_rows(
            name,
            "IV.C",
            sentence,
            measure,
            left="l2",
            right="color_and_apply",
            judge=is_more,
            conditions=_KEEPS,
            primary=True,
        )
        for name, sentence, measure in (
            ("consistent", "color & apply colours continuous regions more consistently than L2", "inconsistency"),
            (
                "consistent_backgrounds",
                "it reduces the multiple-colour effect on backgrounds",
                "background_inconsistency",
            ),
            ("bleeding", "it reduces colour bleeding", "bleeding"),
        )
    ),
    compare_rows(
        "consistent_lab",
        "IV.C",
        "it is more consistent in Lab units, too, and nearly as colourful",
        "inconsistency_lab",
        left="l2",
        right="color_and_apply",
        judge=is_more,
        conditions=(*_KEEPS, _AS_COLORFUL),
        control=True,
    ),
    compare_rows(
        "consistent_undivided",
        "IV.C",
        "it is more consistent, too, if kept colour is not divided by its share",
        "inconsistency",
        left="l2",
        right="color_and_apply_undivided",
        judge=is_more,
        conditions=(gain("color_and_apply_undivided"), keeps_the_gain("color_and_apply_undivided")),
        control=True,
    ),
    *(
        Claim(
            name,
            "IV.C",
            sentence,
            f"{MEASURES[measure]}: every other row against color_and_apply",
            {row: of(row, measure) for row in _OTHERS},
            of("color_and_apply", measure),
            is_more,
            conditions=_KEEPS,
            complete=True,
        )
        for name, sentence, measure in (
            ("best_consistent", "it is the most consistent of all", "inconsistency"),
            ("best_bleeding", "it bleeds least of all", "bleeding"),
        )
    ),
    Claim(
        "keep_probability",
        "IV.C",
        "the amount of dropout changes what the color generator learns",
        "chroma of its proposal, Lab: keep 0.001 against keep 0.01",
        of("color_and_apply_keep_0.001", "chroma_lab_0"),
        of("color_and_apply", "chroma_lab_0"),
        is_different,
    ),
)

_TANDEM = tuple(
    Claim(
        row,
        "IV.C",
        sentence,
        f"share of chroma with sepia's hue, mean of the drawn samples: {row} against 0.9",
        mean_variant(row, "sepia_share"),
        constant(0.9),
        is_more,
    )
    for row, sentence in (
        ("tandem", "tandem gives sepia tones only"),
        ("tandem_lines", "and so it does from lines, its own input"),
    )
)

CLAIMS = (*_FAULTS, *_SPARSE, *_COLOR_AND_APPLY, *_TANDEM)
