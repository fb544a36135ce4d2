import math

import numpy as np
import pytest

from experiments.claims import judging
from experiments.claims.judging import FAILS, HOLDS, LITTLE, NOT_MEASURED, UNDECIDED, Claim, is_more
from experiments.claims.sides import constant, minus, of
from experiments.claims.statements import CLAIMS
from experiments.claims.store import Panels, Row, Study

EPISODES = 8


def study(**rows):
    """A study of a panel per episode. A row is its means with each seed; all panels have the same value."""
    panels = Panels(
        [f"panels/a/{number}/0.png" for number in range(EPISODES)], np.zeros(EPISODES, int), [[]] * EPISODES
    )
    values = {name: np.repeat(np.array([means], float).T, EPISODES, axis=1) for name, means in rows.items()}
    every = {name: Row(list(range(len(each))), {"error": each}) for name, each in values.items()}
    return Study({"test": panels}, every)


def claim(left="a", right="b", judge=is_more, name="claim", **others):
    left = {row: of(row, "error") for row in left} if isinstance(left, tuple) else of(left, "error")
    return Claim(name, "IV", "sentence", "measure", left, of(right, "error"), judge, **others)


def outcome(claim, study):
    [found] = judging.judge((claim,), study)
    return found


@pytest.mark.parametrize(
    "judge, low, high, verdict",
    [  # the margin is 5
        (judging.is_more, 1, 9, HOLDS),
        (judging.is_more, 1, 4.9, LITTLE),
        (judging.is_more, -9, -1, FAILS),
        (judging.is_more, -1, 9, UNDECIDED),
        (judging.is_no_less, -4.9, 30, HOLDS),
        (judging.is_no_less, -4.9, -1, HOLDS),  # smaller for certain, but by less than the margin
        (judging.is_no_less, -9, -1, FAILS),
        (judging.is_no_less, -9, 3, UNDECIDED),
        (judging.is_alike, -4.9, 4.9, HOLDS),
        (judging.is_alike, 1, 4.9, HOLDS),
        (judging.is_alike, 1, 9, FAILS),
        (judging.is_alike, -9, -5.1, FAILS),
        (judging.is_alike, -1, 9, UNDECIDED),
        (judging.is_different, 1, 9, HOLDS),
        (judging.is_different, -9, -1, HOLDS),
        (judging.is_different, 1, 4.9, LITTLE),
        (judging.is_different, -4.9, 4.9, FAILS),
        (judging.is_different, -1, 9, UNDECIDED),
    ],
)
def test_judges(judge, low, high, verdict):
    assert judge(low, high, 5.0) == verdict


def test_the_margin_is_5_percent_of_the_right_side():
    assert outcome(claim(), study(a=[106, 106], b=[100, 100])).verdict == HOLDS
    assert outcome(claim(), study(a=[104, 104], b=[100, 100])).verdict == LITTLE
    assert outcome(claim(), study(a=[-96, -96], b=[-100, -100])).verdict == LITTLE


def test_an_outcome_says_what_it_stands_on():
    """Means 10 and 12 (variance 2) against 5, 5, 5: V = 2/2 with one degree of freedom, and one claim keeps 95%."""
    found = outcome(claim(), study(a=[10, 12], b=[5, 5, 5]))
    assert (found.left, found.right, found.difference, found.level) == (11, 5, 6, 0.05)
    assert (found.low, found.high) == pytest.approx((6 - 12.706, 6 + 12.706), abs=1e-3)
    assert (found.left_seeds, found.right_seeds, found.left_panels, found.episodes) == (2, 3, 8, 8)
    assert found.verdict == UNDECIDED and found.reason is None and found.closest is None


def test_more_seeds_would_decide_it():
    """As above, variance 2 with n seeds a row: t(n - 1) x root(2/n) is 7.03 for 2, 3.51 for 3 (t(2) = 4.303)."""
    assert outcome(claim(), study(a=[10, 12], b=[5, 5, 5])).seeds_to_decide == 3
    assert outcome(claim(), study(a=[10, 12], b=[11, 11])).seeds_to_decide is None  # no difference at all
    assert outcome(claim(), study(a=[10, 10], b=[5, 5])).seeds_to_decide is None  # decided already


def test_one_seed_gives_means_but_no_verdict():
    found = outcome(claim(), study(a=[10], b=[5, 5]))
    assert found.verdict == NOT_MEASURED and found.reason == "one seed: a"
    assert (found.left, found.right, found.difference, found.low) == (10, 5, 5, None)
    assert outcome(claim(right="gray"), study(a=[10, 10], gray=[5])).verdict == HOLDS  # gray has no seeds


def test_what_has_no_results_is_not_measured():
    assert outcome(claim(), study(a=[1, 1])).reason == "b has no results here"
    assert (
        outcome(claim()._replace(right=of("a", "weather")), study(a=[1, 1])).reason
        == "the results of a have no weather"
    )


def test_a_condition_must_be_shown():
    def verdict(condition):
        rows = study(a=[9, 9], b=[5, 5], c=condition)
        found = outcome(claim(conditions=(of("c", "error"),)), rows)
        return found.verdict, found.reason

    assert verdict([1, 1]) == (HOLDS, None)
    assert verdict([-1, 1.5]) == (UNDECIDED, "a condition is not shown")
    assert verdict([-1, -1]) == (FAILS, "the opposite of a condition is shown")
    assert outcome(claim(conditions=(of("c", "error"),)), study(a=[9, 9], b=[5, 5], c=[1])).reason == "one seed: c"


def test_every_row_must_be_beaten_and_one_is_enough_against_it():
    every = claim(("a", "c", "absent"))
    found = outcome(every, study(a=[9, 9], c=[6, 6], b=[5, 5]))
    assert (found.verdict, found.closest, found.rows, found.left) == (HOLDS, "a", 2, 9)  # both certain: the first
    found = outcome(every, study(a=[9, 9.2], c=[6, 6.2], b=[5, 5]))
    assert (found.verdict, found.closest, found.left) == (UNDECIDED, "c", pytest.approx(6.1))
    found = outcome(every, study(a=[9, 9], c=[4, 4], b=[5, 5]))
    assert (found.verdict, found.closest, found.difference) == (FAILS, "c", -1)
    assert outcome(every, study(b=[5, 5])).reason == "no row to compare with has results here"


def test_the_opposite_for_one_of_two_rows_needs_half_the_level():
    """c is 2 below b, variance 2 over 2 seeds of either row. t(1) is 12.7 at 5%: certain only where seeds agree."""
    rows = study(a=[9, 9], c=[2.9, 3.1], b=[5, 5])  # V = 0.02 / 2, reach 12.706 x 0.1 = 1.27 at 5%, 2.55 at 2.5%
    measured = judging.measure(claim(("a", "c")), rows)
    assert measured.verdict(0.05) == UNDECIDED and measured.verdict(0.0999) == FAILS
    assert judging.measure(claim("c"), rows).verdict(0.05) == FAILS


def test_a_row_with_one_seed_can_stop_every_but_not_save_it():
    found = outcome(claim(("a", "c")), study(a=[9, 9], c=[6], b=[5, 5]))
    assert (found.verdict, found.reason) == (NOT_MEASURED, "one seed: c")
    assert outcome(claim(("a", "c")), study(a=[4, 4], c=[6], b=[5, 5])).verdict == FAILS
    assert outcome(claim(("a", "c")), study(a=[9], c=[6], b=[5, 5])).reason == "one seed: a, c"


def test_a_condition_that_contradicts_shares_the_level_with_the_comparison():
    """c is 1 below 0 with V = 0.02 / 2: t(1) x 0.1 is 0.64 at 10%, 1.27 at 5%."""
    rows = study(a=[9, 9], b=[5, 5], c=[-1.1, -0.9])
    measured = judging.measure(claim(conditions=(of("c", "error"),)), rows)
    assert measured.verdict(0.1) == UNDECIDED and measured.verdict(0.2) == FAILS


def test_each_of_several_rows_may_have_a_right_side_of_its_own():
    both = claim(("a", "c"))._replace(right={"a": of("b", "error"), "c": of("d", "error")})
    found = outcome(both, study(a=[9, 9], b=[5, 5], c=[3, 3], d=[1, 1]))
    assert (found.verdict, found.rows) == (HOLDS, 2)
    assert outcome(both, study(a=[9, 9], b=[5, 5], c=[3, 3], d=[4, 4])).verdict == FAILS


def test_where_every_row_must_have_results_one_that_lacks_them_is_named():
    found = outcome(claim(("a", "c"), complete=True), study(a=[9, 9], b=[5, 5]))
    assert (found.verdict, found.reason) == (NOT_MEASURED, "c has no results here")


def test_the_main_result_is_a_family_of_its_own():
    """p = 0.0127 is above 0.05 / 5 and below 0.05 / 1."""
    rows = study(a=[9.9, 10.1], b=[5, 5])
    nulls = tuple(claim("b", "b", name=f"null {number}") for number in range(4))
    assert judging.judge((claim(), *nulls), rows)[0].verdict == UNDECIDED
    assert judging.judge((claim(primary=True), *nulls), rows)[0].verdict == HOLDS
    assert sorted(each.name for each in CLAIMS if each.primary) == ["bleeding", "consistent", "consistent_backgrounds"]


def test_holm_stops_at_the_first_that_fails():
    """0.001 < 0.05/4, 0.012 < 0.05/3, 0.03 > 0.05/2: the third and the fourth are judged at 0.025."""
    assert judging.holm([0.03, 0.001, 0.04, 0.012]) == pytest.approx([0.025, 0.0125, 0.025, 0.05 / 3])
    assert judging.holm([0.001, 0.01]) == pytest.approx([0.025, 0.05])
    assert judging.holm([]) == []


def test_p_is_the_level_at_which_the_verdict_turns():
    """Means 10 and 12 against 5: t = 6 / 1 with one degree of freedom; the Cauchy tail beyond 6 is 2 atan(1/6) / pi."""
    measured = judging.measure(claim(), study(a=[10, 12], b=[5, 5]))
    assert measured.p_value() == pytest.approx(2 * math.atan(1 / 6) / math.pi, rel=1e-4)


def test_claims_are_judged_at_the_corrected_level_and_those_without_results_do_not_count():
    rows = study(a=[9.9, 10.1], b=[5, 5])  # p = 2 atan(0.1 / 5) / pi = 0.0127: below 0.05 / 2, above 0.05 / 5
    claims = (claim(), *(claim("b", "b", name=f"null {number}") for number in range(4)))
    assert [each.verdict for each in judging.judge(claims[:2], rows)] == [HOLDS, UNDECIDED]
    found = judging.judge(claims, rows)
    assert found[0].verdict == UNDECIDED and found[0].level == pytest.approx(0.01)
    absent = tuple(claim("x", name=f"absent {number}") for number in range(4))
    assert judging.judge((claims[0], *absent), rows)[0].level == 0.05


def test_constants_can_be_a_side():
    share = claim()._replace(left=minus(constant(1.0), of("a", "error")), right=constant(0.5))
    assert outcome(share, study(a=[0.2, 0.2])).difference == pytest.approx(0.3)


def test_claims_have_names_of_their_own():
    names = [claim.name for claim in CLAIMS]
    assert len(set(names)) == len(names)
