"""The server on loopback: one token, one name, one origin."""

import http.client
import threading
from datetime import timedelta

import pytest

from scripts.dashboard.loopback import LASTS, Loopback
from shared.domain.clearance import Clearance
from tests.views.web import Web, caller


@pytest.fixture(scope="module")
def served():
    web = Web()
    server = Loopback(web.app, caller(Clearance.VIEWER), 0, web.seen.clock.now)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server, web.seen.clock
    server.shutdown()
    server.server_close()
    thread.join()


def ask(server, path="/api/v1/me", method="GET", body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    given = {"Authorization": f"Bearer {server.token}"} | {n.replace("_", "-"): v for n, v in headers.items()}
    connection.request(
        method, path, body, {name: value for name, value in given.items() if value is not None}
    )
    answer = connection.getresponse()
    found = (answer.status, answer.read().decode())
    connection.close()
    return found


def test_the_token_is_in_the_fragment_and_opens_the_api(served):
    server, _ = served
    assert server.url == f"http://127.0.0.1:{server.server_port}/#token={server.token}"
    assert ask(server)[0] == 200
    assert ask(server, "/api/v1/changes?limit=5")[0] == 200


@pytest.mark.parametrize("header", [None, "Bearer forged", "Bearer ", "Basic eDp5", "Bearer é"])
def test_without_it_nothing_is_told(served, header):
    given = header.encode("latin-1").decode("latin-1") if header else None
    assert ask(served[0], Authorization=given)[0] == 401


def test_a_token_in_the_query_is_none(served):
    server, _ = served
    assert ask(server, f"/api/v1/me?token={server.token}", Authorization=None)[0] == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1:80@evil.example"])
def test_by_another_name_it_does_not_answer(served, host):
    assert ask(served[0], Host=host)[0] == 403


def test_another_origins_page_gets_nothing(served):
    server, _ = served
    assert ask(server, Origin="https://evil.example")[0] == 403
    assert ask(server, Origin=server.origin)[0] == 200


def test_the_role_is_that_of_the_person(served):
    body = '{"on": true, "reason": "x", "confirm": "local"}'
    status, said = ask(served[0], "/api/v1/kill-switch", "POST", body, Content_Type="application/json")
    assert (status, "operator" in said) == (403, True)


@pytest.mark.parametrize("length", ["100000", "-1", "x"])
def test_a_body_without_end_is_not_read(served, length):
    assert ask(served[0], "/api/v1/kill-switch", "POST", None, Content_Length=length)[0] == 413


def test_head_and_odd_methods_are_answered(served):
    assert ask(served[0], "/", "HEAD") == (200, "")
    assert ask(served[0], method="DELETE")[0] == 405


def test_after_half_a_day_the_token_is_worthless(served):
    server, clock = served
    clock.advance(LASTS + timedelta(seconds=1))
    assert ask(server)[0] == 401
    clock.advance(-LASTS)
    assert ask(server)[0] == 200


def test_a_page_that_goes_away_is_no_fault(served, capsys):
    server, _ = served
    for error in (BrokenPipeError(), ValueError("ours")):
        try:
            raise error
        except (OSError, ValueError):
            server.handle_error(None, ("127.0.0.1", 1))
    told = capsys.readouterr().err
    assert "ours" in told
    assert "BrokenPipe" not in told
