"""An alarm on the product itself, which tells people through a topic and not through the product."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

PERIOD = Duration.minutes(1)


def metric(
    namespace: str,
    name: str,
    dimensions: dict[str, str],
    statistic: str,
    period: Duration = PERIOD,
) -> cloudwatch.Metric:
    """A metric, by the minute or as told."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=period,
    )


def alarm(
    scope: Construct,
    id_: str,
    *,
    watched: cloudwatch.Metric,
    above: int,
    topic: sns.ITopic,
    meaning: str,
    periods: int = 1,
    of: int | None = None,
) -> cloudwatch.Alarm:
    """Alarm when the metric is above a value for some of its periods, in a row or `of` the last ones.

    A metric without data is well.
    """
    made = cloudwatch.Alarm(
        scope,
        id_,
        metric=watched,
        threshold=above,
        evaluation_periods=of or periods,
        datapoints_to_alarm=periods if of else None,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=meaning,
    )
    return _told(made, topic)


def silence(
    scope: Construct,
    id_: str,
    *,
    watched: cloudwatch.Metric,
    periods: int,
    topic: sns.ITopic,
    meaning: str,
) -> cloudwatch.Alarm:
    """Alarm when the metric had no data for so many of its periods."""
    made = cloudwatch.Alarm(
        scope,
        id_,
        metric=watched,
        threshold=0,
        evaluation_periods=periods,
        comparison_operator=cloudwatch.ComparisonOperator.LESS_THAN_OR_EQUAL_TO_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        alarm_description=meaning,
    )
    return _told(made, topic)


def _told(made: cloudwatch.Alarm, topic: sns.ITopic) -> cloudwatch.Alarm:
    made.add_alarm_action(actions.SnsAction(topic))
    made.add_ok_action(actions.SnsAction(topic))
    return made
