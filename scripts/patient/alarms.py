"""The storefront's CloudWatch alarms: on what users feel, and on what is only busy.

Ten seconds is CloudWatch's shortest alarm period. One datapoint decides, and the statistic is the maximum,
which does not wait for an average to follow; the measures' noise stays far below every threshold.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
"""

from dataclasses import dataclass

from scripts.local_aws.process import LocalAws
from scripts.patient.topology import APPLICATION, NAMESPACE, UNITS, dimensions, metric_name
from shared.domain.service import Measure

_PERIOD_SECONDS = 10


@dataclass(frozen=True)
class Alarm:
    """A threshold on one measure of one service."""

    service: str
    measure: Measure
    threshold: float  # in the measure's unit
    description: str

    @property
    def name(self) -> str:
        """The alarm's name in CloudWatch."""
        return f"{APPLICATION}-{self.service}-{self.measure.value}"


ALARMS = (
    Alarm("web", Measure.LATENCY, 0.1, "Pages take longer than 100 ms"),
    Alarm("checkout", Measure.ERRORS, 0.05, "More than 5 % of orders fail"),
    Alarm("database", Measure.SATURATION, 0.9, "More than 90 % of the database's connections are taken"),
    Alarm("web", Measure.TRAFFIC, 400, "Twice the visits of an ordinary day: busy, not broken"),
)


def create(aws: LocalAws) -> None:
    """Put every alarm; safe to repeat."""
    for alarm in ALARMS:
        aws.client("cloudwatch").put_metric_alarm(
            AlarmName=alarm.name,
            AlarmDescription=alarm.description,
            Namespace=NAMESPACE,
            MetricName=metric_name(alarm.measure),
            Dimensions=[{"Name": key, "Value": value} for key, value in dimensions(alarm.service).items()],
            Unit=UNITS[alarm.measure],
            Statistic="Maximum",
            Period=_PERIOD_SECONDS,
            EvaluationPeriods=1,
            DatapointsToAlarm=1,
            Threshold=alarm.threshold,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="missing",
        )
