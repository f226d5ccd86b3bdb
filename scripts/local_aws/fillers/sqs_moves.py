"""SQS: dead letters moved back, with the rights of whoever asked; and whose dead letters a queue holds.

On AWS a move task receives, sends and deletes as its caller. ministack 1.5.33 has neither the tasks nor
ListDeadLetterSourceQueues. Delete this when it has both. Here a task needs a DestinationArn.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from typing import Any

from botocore.exceptions import ClientError
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id

from scripts.local_aws.fillers.automation_role import caller_credentials
from scripts.local_aws.fillers.caller import as_root, client
from scripts.local_aws.fillers.ssm_fault import Fault

Task = dict[str, Any]


def install(app: Any) -> None:
    """Answer the three calls; every other one stays ministack's."""
    inner, tasks = app.SERVICE_HANDLERS["sqs"], list[Task]()

    async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        operation = headers.get("x-amz-target", "").rsplit(".", 1)[-1]
        if operation not in ("StartMessageMoveTask", "ListMessageMoveTasks", "ListDeadLetterSourceQueues"):
            return await inner(method, path, headers, body, query)
        request, scope = json.loads(body), (get_account_id(), get_region())
        try:
            if operation == "ListDeadLetterSourceQueues":
                answer: dict[str, Any] = {
                    "queueUrls": await asyncio.to_thread(_sources, request["QueueUrl"], *scope)
                }
            elif operation == "ListMessageMoveTasks":
                mine = [each for each in reversed(tasks) if each["SourceArn"] == request["SourceArn"]]
                answer = {"Results": mine[: request.get("MaxResults", 1)]}
            else:
                credentials = caller_credentials(extract_access_key_id(headers, query), *scope)
                answer = {"TaskHandle": _start(request, tasks, client("sqs", scope[1], credentials))}
        except Fault as fault:
            headers = {"Content-Type": "application/x-amz-json-1.0"}
            return 400, headers, json.dumps({"__type": fault.code, "message": fault.message}).encode()
        return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(answer).encode()

    app.SERVICE_HANDLERS["sqs"] = handle


def _sources(queue: str, account: str, region: str) -> list[str]:
    sqs = as_root("sqs", account, region)
    urls = sqs.list_queues().get("QueueUrls", [])
    found = {
        url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls
    }
    arn = found[queue]["QueueArn"]
    return [url for url in urls if f'"{arn}"' in found[url].get("RedrivePolicy", "")]


def _start(request: dict[str, Any], tasks: list[Task], sqs: Any) -> str:
    if "DestinationArn" not in request:
        raise Fault("UnsupportedOperation", "In the local AWS a move task needs a DestinationArn.")
    if any(each["SourceArn"] == request["SourceArn"] and each["Status"] == "RUNNING" for each in tasks):
        raise Fault("UnsupportedOperation", "There is already a task running.")
    task: Task = {
        **request,
        "TaskHandle": str(uuid.uuid4()),
        "Status": "RUNNING",
        "ApproximateNumberOfMessagesMoved": 0,
        "StartedTimestamp": int(time.time() * 1000),
    }
    tasks.append(task)
    threading.Thread(target=_move, args=(task, sqs), daemon=True, name="sqs-move").start()
    return str(task["TaskHandle"])


def _move(task: Task, sqs: Any) -> None:
    source, destination = (_url(sqs, task[name]) for name in ("SourceArn", "DestinationArn"))
    try:
        while messages := sqs.receive_message(
            QueueUrl=source, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                attributes = message.get("MessageAttributes", {})
                sqs.send_message(
                    QueueUrl=destination, MessageBody=message["Body"], MessageAttributes=attributes
                )
                sqs.delete_message(QueueUrl=source, ReceiptHandle=message["ReceiptHandle"])
                task["ApproximateNumberOfMessagesMoved"] += 1
            time.sleep(len(messages) / task.get("MaxNumberOfMessagesPerSecond", 500))
        task["Status"] = "COMPLETED"
    except ClientError as error:
        task.update(Status="FAILED", FailureReason=str(error))


def _url(sqs: Any, arn: str) -> str:
    account, name = arn.split(":")[-2:]
    return f"{sqs.meta.endpoint_url}/{account}/{name}"
