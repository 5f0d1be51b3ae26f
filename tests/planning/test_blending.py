"""The firm's own history weighed against the sources' defaults."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from outreach.errors import Text
from outreach.model.tally import HistoryTally
from outreach.planning.blending import PRIORS, Law, Prior, Seen, blend
from outreach.planning.habits import Coefficients, Origin, seen_in, weighed

ACCESSIBILITY = PRIORS["accessibility"]

#: B1: 500 contacted, 2,000 touches, 35 actives, 10 proposals, 4 deals.
HISTORY = HistoryTally(
    prospects_contacted=500, touches=2000, actives=35, quotes=10, deals=4, orders=5,
    revenue=Decimal(90_000), calls=40, call_minutes=Decimal(100),
)  # fmt: skip


def without_weight() -> dict[str, Prior]:
    return {name: prior.heavy(Fraction(0)) for name, prior in PRIORS.items()}


def test_35_of_500_and_6_percent_that_weighs_50_make_38_of_550() -> None:
    found = blend(Seen(Fraction(35), 500), ACCESSIBILITY)
    assert found is not None
    assert (found.value, found.own, found.share) == (
        Fraction(38, 550), Fraction(7, 100), Fraction(500, 550),
    )  # fmt: skip


def test_without_weight_history_stands_alone_as_b1_re_estimates_it() -> None:
    """B1: 7 %, 4, 2.5, 3.5; 90,000 ÷ 5 orders; 100 minutes ÷ 40 calls."""
    used = weighed(Coefficients(), seen_in(HISTORY), without_weight())
    assert used.accessibility.value == Fraction(7, 100)
    assert used.touches.value == 4
    assert used.proposals_per_deal.value == Fraction(5, 2)
    assert used.compensation.value == Fraction(7, 2)
    assert used.average_deal is not None
    assert used.average_deal.value == 18_000
    assert used.minutes.value == Fraction(5, 2)
    assert used.accessibility.origin is Origin.HISTORY


def test_with_the_stated_weights_the_figures_are_drawn_a_little_towards_the_sources() -> None:
    """(10 + 3) ÷ (4 + 1), (35 + 4) ÷ (10 + 1), (2,000 + 4) ÷ 501, (100 + 20) ÷ 50."""
    used = weighed(Coefficients(), seen_in(HISTORY))
    assert used.proposals_per_deal.value == Fraction(13, 5)
    assert used.compensation.value == Fraction(39, 11)
    assert used.touches.value == 4
    assert used.minutes.value == Fraction(12, 5)


def test_no_history_is_the_sources_default_with_the_range_they_observed() -> None:
    used = weighed(Coefficients(), seen_in(HistoryTally()))
    accessibility, touches = used.accessibility.blend, used.touches.blend
    assert accessibility is not None
    assert touches is not None
    assert used.accessibility.origin is Origin.DEFAULT
    assert (accessibility.value, accessibility.low, accessibility.high) == (
        Fraction(6, 100), 0.03, 0.17,
    )  # fmt: skip
    assert (touches.value, touches.low, touches.high) == (4, 1, 13)
    assert used.average_deal is None
    assert used.inbound.value == 0


def test_fifty_contacted_in_vain_halve_the_default_and_without_weight_leave_it() -> None:
    """(0 + 3) ÷ (50 + 50) = 3 %; alone, nothing that came of it says nothing yet."""
    tried = {"accessibility": Seen(Fraction(0), 50)}
    assert weighed(Coefficients(), tried).accessibility.value == Fraction(3, 100)
    alone = weighed(Coefficients(), tried, without_weight()).accessibility
    assert (alone.value, alone.origin) == (Fraction(6, 100), Origin.DEFAULT)


def test_what_is_given_is_not_weighed() -> None:
    used = weighed(Coefficients(accessibility=Fraction(1, 4)), seen_in(HISTORY))
    assert (used.accessibility.value, used.accessibility.origin) == (
        Fraction(1, 4), Origin.GIVEN,
    )  # fmt: skip
    assert used.accessibility.blend is None


def test_contacts_of_an_old_file_without_any_touch_say_nothing_of_touches() -> None:
    used = weighed(Coefficients(), seen_in(HistoryTally(prospects_contacted=40, actives=4)))
    assert (used.touches.value, used.touches.origin) == (4, Origin.DEFAULT)


@pytest.mark.parametrize(("successes", "tries"), [(35, 500), (1, 10), (0, 20)])
def test_a_share_s_range_is_jeffreys_interval_where_the_prior_is_half_a_success_and_failure(
    successes: int, tries: int
) -> None:
    """Against statsmodels: Beta(x + ½, n − x + ½)."""
    from statsmodels.stats.proportion import proportion_confint

    prior = Prior(Law.SHARE, Fraction(1, 2), Fraction(1), Text("prospects"))
    found = blend(Seen(Fraction(successes), tries), prior)
    low, high = proportion_confint(successes, tries, method="jeffreys")
    assert found is not None
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))


def test_the_other_laws_have_the_quantiles_of_scipy_s_distributions() -> None:
    from scipy.stats import beta, gamma, invgamma

    touches = blend(Seen(Fraction(2000), 500), PRIORS["touches"])
    assert touches is not None
    expected = gamma(2004, scale=1 / 501)
    assert (touches.low, touches.high) == (
        pytest.approx(expected.ppf(0.025)), pytest.approx(expected.ppf(0.975)),
    )  # fmt: skip
    proposals = blend(Seen(Fraction(4), 10), PRIORS["proposals_per_deal"])
    assert proposals is not None
    share = beta(5, 8)
    assert (proposals.low, proposals.high) == (
        pytest.approx(1 / share.ppf(0.975)), pytest.approx(1 / share.ppf(0.025)),
    )  # fmt: skip
    deal = blend(Seen(Fraction(90_000), 5, Fraction(1, 4)), PRIORS["average_deal"])
    assert deal is not None
    # 5 amounts whose squared variation is ¼ tell as much as 20 that vary as their mean.
    amount = invgamma(21, scale=20 * 18_000)
    assert amount.mean() == pytest.approx(18_000)
    assert (deal.low, deal.high) == (
        pytest.approx(amount.ppf(0.025)), pytest.approx(amount.ppf(0.975)),
    )  # fmt: skip


def test_more_history_means_a_narrower_range() -> None:
    widths = []
    for times in (1, 10, 100):
        found = blend(Seen(Fraction(7 * times), 100 * times), ACCESSIBILITY)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        widths.append(found.high - found.low)
    assert widths[0] > 2 * widths[1] > 4 * widths[2]
