"""What is counted in the base: the parts of the store that reports and plans are made of."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from outreach.store.engine import Database

if TYPE_CHECKING:
    from outreach.store.dashboard_tallies import DashboardTallies
    from outreach.store.effort_tallies import EffortTallies
    from outreach.store.experiment_tallies import ExperimentTallies
    from outreach.store.forecast_tallies import ForecastTallies
    from outreach.store.plan_tallies import PlanTallies
    from outreach.store.portfolio_tallies import PortfolioTallies
    from outreach.store.tallies import Tallies


class Figures:
    """Every part is imported when it is first asked for."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @cached_property
    def dashboards(self) -> DashboardTallies:
        from outreach.store.dashboard_tallies import DashboardTallies

        return DashboardTallies(self.database)

    @cached_property
    def experiments(self) -> ExperimentTallies:
        from outreach.store.experiment_tallies import ExperimentTallies

        return ExperimentTallies(self.database)

    @cached_property
    def tallies(self) -> Tallies:
        from outreach.store.tallies import Tallies

        return Tallies(self.database)

    @cached_property
    def effort_tallies(self) -> EffortTallies:
        from outreach.store.effort_tallies import EffortTallies

        return EffortTallies(self.database)

    @cached_property
    def forecast_tallies(self) -> ForecastTallies:
        from outreach.store.forecast_tallies import ForecastTallies

        return ForecastTallies(self.database)

    @cached_property
    def portfolio(self) -> PortfolioTallies:
        from outreach.store.portfolio_tallies import PortfolioTallies

        return PortfolioTallies(self.database)

    @cached_property
    def plan_tallies(self) -> PlanTallies:
        from outreach.store.plan_tallies import PlanTallies

        return PlanTallies(self.database)
