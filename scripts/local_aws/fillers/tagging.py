"""Resource Groups Tagging GetResources: SSM's resources too.

AWS answers for every kind of resource but Auto Scaling groups and IAM; ministack 1.5.33 leaves out SSM, of
which it knows the tags. It also leaves out RDS, WAF, load balancers, API Gateway and AppConfig, which stay
without tags here.
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from __future__ import annotations

from ministack.services import tagging


def install() -> None:
    """Add what ministack knows already."""
    tagging._COLLECTORS["ssm"] = tagging._collect_ssm
