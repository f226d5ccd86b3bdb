"""What every letterbox does: letters are held while they are looked at, and never lost."""

from collections.abc import Callable

import pytest

from shared.adapters.aws.sqs_letterbox import SqsLetterbox
from shared.adapters.local.manual_clock import ManualClock
from shared.adapters.local.memory_letterbox import MemoryLetterbox
from shared.ports.letterbox import Letterbox

Open = Callable[[], Letterbox]


@pytest.fixture(params=["local", "aws"])
def opened(request: pytest.FixtureRequest) -> Open:
    if request.param == "local":
        one = MemoryLetterbox(ManualClock())
        return lambda: one
    client = request.getfixturevalue("aws").client("sqs")
    url = client.create_queue(QueueName="letters")["QueueUrl"]
    return lambda: SqsLetterbox(client, url, wait=0)


def test_looking_takes_nothing_and_says_everything(opened: Open) -> None:
    box = opened()
    made = box.put('{"a": "é"}', {"TARGET_ARN": "arn", "EMPTY": ""})
    for _ in range(2):
        with box.held(10) as letters:
            assert [(one.id, one.body, dict(one.attributes)) for one in letters] == [
                (made, '{"a": "é"}', {"TARGET_ARN": "arn"})
            ]
            assert letters[0].at.tzinfo is not None
    assert box.count() == 1


def test_what_one_holds_nobody_else_gets_and_afterwards_everybody_does(opened: Open) -> None:
    box, other = opened(), opened()
    for number in range(12):
        box.put(str(number), {})
    with box.held(100) as mine:
        assert len(mine) == box.count() == 12
        with other.held(100) as theirs:
            assert theirs == ()
    with other.held(100) as after:
        assert {one.body for one in after} == {str(number) for number in range(12)}


def test_no_more_are_opened_than_asked_for(opened: Open) -> None:
    box = opened()
    for number in range(15):
        box.put(str(number), {})
    with box.held(11) as some:
        assert len(some) == 11


def test_only_what_is_removed_is_gone_also_when_the_reader_fails(opened: Open) -> None:
    box = opened()
    box.put("stays", {})
    box.put("goes", {})

    def read() -> None:
        with box.held(10) as letters:
            box.remove(next(one for one in letters if one.body == "goes"))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        read()
    with box.held(10) as left:
        assert [one.body for one in left] == ["stays"]
    assert box.count() == 1
