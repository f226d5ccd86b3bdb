"""Two dashboards of a stage: how the product is, and what it does for the business."""

from collections.abc import Iterable, Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from shared.domain import measures
from shared.domain.facts import Author
from shared.settings import namespace
from stacks.components.alarm import metric

HOUR, DAY = Duration.hours(1), Duration.days(1)
Rows = Iterable[tuple[str, Sequence[cloudwatch.Alarm]]]
Metrics = Sequence[cloudwatch.IMetric]


def operations(scope: Construct, rows: Rows, more: Iterable[tuple[str, Metrics]]) -> None:
    """A row a family of alarms, with the metrics they watch; then what nothing alarms about."""
    dashboard = cloudwatch.Dashboard(scope, "Health")
    for title, alarms in rows:
        dashboard.add_widgets(
            cloudwatch.AlarmStatusWidget(title=f"{title}: alarms", alarms=list(alarms), width=8),
            cloudwatch.GraphWidget(title=title, left=[each.metric for each in alarms], width=16),
        )
    for title, metrics in more:
        dashboard.add_widgets(cloudwatch.GraphWidget(title=title, left=list(metrics), width=24))


def business(scope: Construct, stage: str) -> None:
    """Incidents and how they ended, time to resolve, money, and the share of autonomy."""

    def of(name: str, statistic: str = "Sum", period: Duration = HOUR) -> cloudwatch.Metric:
        return metric(namespace(stage), name, {"service": Author.COORDINATOR.value}, statistic, period)

    ended = [of(name) for name in measures.OUTCOMES.values()]
    dashboard = cloudwatch.Dashboard(scope, "Business")
    dashboard.add_widgets(
        cloudwatch.GraphWidget(title="Incidents opened", left=[of(measures.OPENED)], width=8),
        cloudwatch.GraphWidget(title="How they ended", left=ended, stacked=True, width=16),
    )
    seconds = [of(measures.SECONDS, statistic) for statistic in ("p50", "p90", "Maximum")]
    share = of(measures.ALONE, "Average", DAY)
    dashboard.add_widgets(
        cloudwatch.GraphWidget(title="Seconds from first symptom to verified remedy", left=seconds, width=16),
        cloudwatch.GraphWidget(title="Share done without asking a person, by the day", left=[share], width=8),
    )
    dashboard.add_widgets(
        cloudwatch.GraphWidget(title="What outages cost, USD", left=[of(measures.LOSS)], width=12),
        cloudwatch.GraphWidget(
            title="What incidents cost us, USD a day", left=[of(measures.SPENT, period=DAY)], width=12
        ),
    )
