"""CloudWatch GetMetricData: newest first, at most MaxDatapoints, and exact dimensions.

AWS answers TimestampDescending unless asked otherwise, pages by MaxDatapoints, and treats a query without
dimensions as the metric that has none. ministack 1.5.33 answers ascending, ignores MaxDatapoints, and mixes
every dimension set into such a query. Expressions stay unsupported. Delete this when a release does all
three.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ministack.services import cloudwatch

_MAXIMUM = 100_800


def install() -> None:
    """Answer the JSON and CBOR protocols, which SDKs speak; the query protocol keeps ministack's answer."""
    inner = cloudwatch._get_metric_data

    def get_metric_data(params: Any, request: Any, is_cbor: bool, is_json: bool = False) -> Any:
        if not (is_cbor or is_json):
            return inner(params, request, is_cbor, is_json)
        answer = _answer(cloudwatch, request)
        if is_json:
            return cloudwatch._json_ok(answer)
        results = [cloudwatch._cbor_metric_data_result(result) for result in answer["MetricDataResults"]]
        return cloudwatch._cbor_ok({**answer, "MetricDataResults": results})

    cloudwatch._get_metric_data = get_metric_data


def _answer(cloudwatch: Any, request: dict[str, Any]) -> dict[str, Any]:
    start, end = (cloudwatch._parse_ts(request.get(name)) for name in ("StartTime", "EndTime"))
    newest_first = request.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    left, offset = int(request.get("MaxDatapoints") or _MAXIMUM), int(request.get("NextToken") or 0)
    skip, more, results = offset, False, []
    for query in request.get("MetricDataQueries", []):
        if not query.get("ReturnData", True):
            continue
        points = [] if query.get("Expression") else _points(cloudwatch, query["MetricStat"], start, end)
        ordered = sorted(points, reverse=newest_first)
        remaining, skip = ordered[skip:], max(0, skip - len(ordered))
        page, left = remaining[:left], left - len(remaining[:left])
        more = more or len(page) < len(remaining)
        results.append(_result(query, page, partial=len(page) < len(remaining)))
    answer: dict[str, Any] = {"MetricDataResults": results}
    if more:
        answer["NextToken"] = str(offset + sum(len(result["Values"]) for result in results))
    return answer


def _points(cloudwatch: Any, stat: dict[str, Any], start: float, end: float) -> list[tuple[int, float]]:
    metric, period = stat["Metric"], int(stat["Period"])
    points = series(cloudwatch, metric["Namespace"], metric["MetricName"], metric.get("Dimensions"))
    buckets: dict[int, list[Any]] = {}
    for point in points:
        if start <= point["Timestamp"] < end:
            buckets.setdefault(int(point["Timestamp"] // period) * period, []).append(point)
    values = ((at, statistic(cloudwatch, bucket, stat["Stat"])) for at, bucket in buckets.items())
    return [(at, value) for at, value in values if value is not None]


def series(cloudwatch: Any, namespace: str, name: str, dimensions: list[dict[str, str]] | None) -> list[Any]:
    """Every datum of exactly one metric; the store is the current account's and Region's."""
    key = (namespace, name, cloudwatch._dims_key(cloudwatch._dims_from_list(dimensions or [])))
    return list(cloudwatch._metrics.get(key) or [])


def statistic(cloudwatch: Any, points: list[Any], name: str) -> float | None:
    """A statistic or extended statistic of some data, or None when it is not defined for them."""
    value = cloudwatch._stat_value(cloudwatch._calc_stats(points), name, points)
    return None if value is None else float(value)


def _result(query: dict[str, Any], page: list[tuple[int, float]], *, partial: bool) -> dict[str, Any]:
    unsupported = bool(query.get("Expression"))
    result: dict[str, Any] = {
        "Id": query["Id"],
        "Label": query.get("Label") or _label(query),
        "Timestamps": [_iso(at) for at, _value in page],
        "Values": [value for _at, value in page],
        "StatusCode": "InternalError" if unsupported else "PartialData" if partial else "Complete",
    }
    if unsupported:
        result["Messages"] = [{"Code": "Unsupported", "Value": "Expressions are not evaluated locally"}]
    return result


def _label(query: dict[str, Any]) -> str:
    return str(query.get("MetricStat", {}).get("Metric", {}).get("MetricName") or query["Id"])


def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
