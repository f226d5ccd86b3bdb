"""An alarm on the product itself, which tells people through a topic and not through the product."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

PERIOD = Duration.minutes(1)


def metric(namespace: str, name: str, dimensions: dict[str, str], statistic: str) -> cloudwatch.Metric:
    """A metric by the minute."""
    return cloudwatch.Metric(
        namespace=namespace,
        metric_name=name,
        dimensions_map=dimensions,
        statistic=statistic,
        period=PERIOD,
    )


def alarm(
    scope: Construct,
    id_: str,
    *,
    watched: cloudwatch.Metric,
    above: int,
    topic: sns.ITopic,
    meaning: str,
    minutes: int = 1,
) -> cloudwatch.Alarm:
    """Alarm when the metric is above a value for some minutes; a metric without data is well."""
    made = cloudwatch.Alarm(
        scope,
        id_,
        metric=watched,
        threshold=above,
        evaluation_periods=minutes,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        alarm_description=meaning,
    )
    made.add_alarm_action(actions.SnsAction(topic))
    made.add_ok_action(actions.SnsAction(topic))
    return made
