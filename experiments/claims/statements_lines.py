"""What the paper says of sparse colour, color & apply and tandem (IV.C)."""

from experiments.claims.judging import Claim, is_different, is_more
from experiments.claims.rows import MEASURES, compare_rows
from experiments.claims.sides import MODELS, constant, detail, either, mean_variant, of

_OTHERS = tuple(name for name in MODELS if name != "color_and_apply")

_FAULTS = (
    Claim(
        "pale",
        "IV.C",
        "colours often come out less saturated than they should",
        "chroma, Lab: truth against l2",
        of("gray", "chroma_lab_true"),
        of("l2", "chroma_lab"),
        is_more,
    ),
    Claim(
        "part_not_whole",
        "IV.C",
        "the right colour is found in a small part and not brought to the whole",
        f"{MEASURES['partly_right']}: l2 against 0.05",
        of("l2", "partly_right"),
        constant(0.05),
        is_more,
    ),
    compare_rows(
        "part_to_whole",
        "IV.C",
        "color & apply brings it to the whole",
        "partly_right",
        "l2",
        "color_and_apply",
        is_more,
    ),
)

_SPARSE = (
    Claim(
        "sparse_details",
        "IV.C",
        "sparse colour makes the network attend to small regions",
        "skill in small regions minus skill in large ones: pixel_dropout, iteration 1, whose skill in small ones must "
        "be above 0, against l2",
        detail("pixel_dropout", "_0"),
        detail("l2"),
        is_more,
        conditions=(of("pixel_dropout", "skill_small_0"),),
    ),
    Claim(
        "channel_general",
        "IV.C",
        "dropping whole channels makes it learn more general colours",
        "skill in small regions minus skill in large ones: pixel_dropout, iteration 1, against channel_dropout, whose "
        "skill in large ones must be above 0",
        detail("pixel_dropout", "_0"),
        detail("channel_dropout", "_0"),
        is_more,
        conditions=(of("channel_dropout", "skill_large_0"),),
    ),
    Claim(
        "iterations_saturated",
        "IV.C",
        "iterations get more and more saturated",
        "chroma, Lab: iteration 4 of pixel_dropout against iteration 1",
        of("pixel_dropout", "chroma_lab_3"),
        of("pixel_dropout", "chroma_lab_0"),
        is_more,
    ),
    Claim(
        "iterations_errors",
        "IV.C",
        "errors of the first iteration are propagated",
        "share of iteration 1's error that pixel_dropout has after iteration 2: from nothing against from sparse truth",
        of("pixel_dropout", "error_kept_1"),
        of("pixel_dropout", "error_kept_sparse"),
        is_more,
    ),
)

_COLOR_AND_APPLY = (
    *(
        compare_rows(name, "IV.C", sentence, measure, "l2", "color_and_apply", is_more)
        for name, sentence, measure in (
            ("consistent", "color & apply colours continuous regions more consistently than L2", "inconsistency"),
            ("consistent_lab", "the same without regard to how colourful it is", "inconsistency_lab"),
            (
                "consistent_backgrounds",
                "it reduces the multiple-colour effect on backgrounds",
                "background_inconsistency",
            ),
            ("bleeding", "it reduces colour bleeding", "bleeding"),
        )
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
        )
        for name, sentence, measure in (
            ("best_consistent", "it is the most consistent of all", "inconsistency"),
            ("best_rmse", "it is the nearest to the truth of all", "rmse_lab"),
            ("best_bleeding", "it bleeds least of all", "bleeding"),
        )
    ),
    Claim(
        "keep_probability",
        "IV.C",
        "the amount of dropout changes what the color generator learns",
        "chroma of its proposal, Lab: keep 0.001 against keep 0.1, or 0.01 at 64 px, where 0.1 drops nothing",
        of("color_and_apply_keep_0.001", "chroma_lab_0"),
        either(of("color_and_apply_keep_0.1", "chroma_lab_0"), of("color_and_apply", "chroma_lab_0")),
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
