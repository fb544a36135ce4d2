"""Claims that compare two rows by the same measure."""

from typing import Any

from experiments.claims.judging import Claim, Judge, is_alike, is_no_less
from experiments.claims.sides import MakeSide, above, of
from experiments.claims.store import TEST, split_of

MEASURES = {
    "rmse_lab": "RMSE, Lab",
    "l2": "ab L2",
    "colorfulness": "colourfulness",
    "validation/ciede2000": "CIEDE2000 from the truth, validation panels",
    "inconsistency": "inconsistency in flat regions",
    "inconsistency_lab": "spread of colour in flat regions, Lab",
    "background_inconsistency": "inconsistency in the largest flat region",
    "bleeding": "bleeding over borders",
    "right_in_part": "share of coloured regions that are right in a part and wrong on the whole",
    "right_on_whole": "share of coloured regions that are right on the whole",
}


def compare_rows(
    name: str,
    section: str,
    sentence: str,
    measure: str,
    *,
    left: str,
    right: str,
    judge: Judge,
    conditions: tuple[MakeSide, ...] = (),
    **others: Any,
) -> Claim:
    """A claim on the same measure of two rows.

    That something makes no difference holds of two rows that learned nothing, too. So both must then have skill in
    small regions, where a tint has none.
    """
    words = f"{MEASURES[measure]}: {left} against {right}"
    if judge in (is_no_less, is_alike) and split_of(measure) == TEST:
        conditions += tuple(above(of(row, "skill_small"), 0.02) for row in (left, right))
    sides = of(left, measure), of(right, measure)
    return Claim(
        name, section, sentence, words, *sides, judge, split=split_of(measure), conditions=conditions, **others
    )
