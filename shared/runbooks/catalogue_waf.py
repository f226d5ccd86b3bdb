"""What the runbooks on AWS WAF have in common: names, descriptions, and whom a rate-based rule turns away.

An update replaces what it changes as a whole, under the lock token of the last reading; a description that it
does not name is gone.
https://docs.aws.amazon.com/waf/latest/APIReference/API_GetRateBasedStatementManagedKeys.html
"""

from shared.domain.runbook import Observation, Parameter

NAME, ID = r"[A-Za-z0-9_-]{1,128}", r"[0-9a-f-]{36}"
REGIONAL = "arn:aws:wafv2:{region}:{account}:regional"
LOCKED = {"Name": "{{ Name }}", "Scope": "REGIONAL", "Id": "{{ Id }}"}
"""What says which set or web ACL is read and updated."""
PARAMETERS = {
    "Name": Parameter(pattern=NAME, description="its name"),
    "Id": Parameter(pattern=ID, description="its id"),
    "Description": Parameter(
        pattern=r"[A-Za-z0-9_+=:#@/,. -]{3,256}", description="its own: an update takes it away otherwise"
    ),
}


def target(kind: str) -> str:
    """The pattern of the ARN of a regional ipset or webacl."""
    return rf"arn:aws:wafv2:[a-z0-9-]+:[0-9]{{12}}:regional/{kind}/(?P<Name>{NAME})/(?P<Id>{ID})"


def offenders(name: str, id_: str, rule: str, select: str) -> Observation:
    """Whom a rule of a web ACL turns away now; the three are names of groups or observations."""
    return Observation(
        name="offenders",
        service="wafv2",
        api="GetRateBasedStatementManagedKeys",
        arguments={
            "Scope": "REGIONAL",
            "WebACLName": f"{{{name}}}",
            "WebACLId": f"{{{id_}}}",
            "RuleName": f"{{{rule}}}",
        },
        select=select,
        action="wafv2:GetRateBasedStatementManagedKeys",
        on=f"{REGIONAL}/webacl/*/*",
    )
