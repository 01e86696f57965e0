"""The client against a server that limits, fails, cuts off, redirects and lies."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from agent.errors import BadInput, SourceUnavailable
from agent.github.client import GitHubClient
from tests.agent.github.conftest import NOW, TOKEN, Time
from tests.agent.github.forge import Fault, Forge, serving

pytestmark = pytest.mark.anyio
RESET = str(int(NOW.timestamp()) + 600)


async def test_a_page_with_its_etag_and_next(client: GitHubClient, forge: Forge) -> None:
    for number in range(1, 4):
        forge.issue(number, number)
    forge.per_page = 2
    reply = await client.get("/repos/o/n/issues", {"per_page": "2"})
    assert (reply.status, len(reply.value)) == (200, 2)
    assert reply.next is not None
    assert len((await client.get(reply.next)).value) == 1
    again = await client.get("/repos/o/n/issues", {"per_page": "2"}, reply.etag)
    assert (again.status, again.value) == (304, None)
    headers = forge.requests[0][2]
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["user-agent"] == "caseworker"


@pytest.mark.parametrize(
    ("fault", "waited"),
    [
        (Fault(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}), [601]),
        (Fault(429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}), [601]),
        (Fault(403, {"retry-after": "17"}, {"message": "You have exceeded a secondary rate limit"}), [17]),
        (Fault(429, {"retry-after": "17"}), [17]),
        (Fault(403, {}, {"message": "You have exceeded a secondary rate limit."}), [60]),
        (Fault(502), [1]),
        (Fault(200, cut=True, body=[{"number": 1, "title": "x" * 500}]), [1]),
        (Fault(200, raw=b'[{"number": 1'), [1]),
        (Fault(200, raw=b"<html>"), [1]),
    ],
)
async def test_limits_and_failures_are_waited_out(
    client: GitHubClient, forge: Forge, time: Time, fault: Fault, waited: list[float]
) -> None:
    forge.faults = [fault]
    reply = await client.get("/repos/o/n")
    assert reply.status == 200
    assert [seconds for seconds, _ in time.waits] == waited
    assert len(forge.requests) == 1 + len(waited)


async def test_a_spent_limit_is_not_run_into(client: GitHubClient, forge: Forge, time: Time) -> None:
    forge.headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}
    await client.get("/repos/o/n")
    assert time.waits == []
    forge.headers = {}
    await client.get("/repos/o/n")
    assert [seconds for seconds, _ in time.waits] == [601]
    assert "rate limit" in time.waits[0][1]


async def test_tries_are_bounded(client: GitHubClient, forge: Forge, time: Time) -> None:
    forge.faults = [Fault(502)] * 20
    with pytest.raises(SourceUnavailable, match="502, 6 times in a row"):
        await client.get("/repos/o/n")
    assert len(forge.requests) == 6
    forge.faults = [Fault(429, {"retry-after": "1"})] * 20
    with pytest.raises(SourceUnavailable, match="stays used up"):
        await client.get("/repos/o/n")


async def test_nobody_waits_for_hours(client: GitHubClient, forge: Forge, time: Time) -> None:
    forge.faults = [Fault(429, {"retry-after": "86400"})]
    with pytest.raises(SourceUnavailable, match=r"2026-04-09 12:00 UTC; run the same command again then\.$"):
        await client.get("/repos/o/n")
    assert time.waits == []
    forge.faults = [Fault(429, {"retry-after": "86400"})]
    without = GitHubClient(forge.url, SecretStr(""), time, time)
    with pytest.raises(SourceUnavailable, match="again then, or set GITHUB_TOKEN"):
        await without.get("/repos/o/n")
    await without.close()


async def test_a_refusal_is_no_limit(client: GitHubClient, forge: Forge, time: Time) -> None:
    forge.faults = [Fault(401), Fault(403, {}, {"message": "Resource not accessible"})]
    with pytest.raises(BadInput, match="GITHUB_TOKEN"):
        await client.get("/repos/o/n")
    with pytest.raises(SourceUnavailable, match="Resource not accessible"):
        await client.get("/repos/o/n")
    assert time.waits == []


async def test_no_other_host_sees_the_token(client: GitHubClient, forge: Forge) -> None:
    other = Forge()
    with serving(other) as elsewhere:
        forge.faults = [Fault(302, {"location": f"{elsewhere}/repos/o/n"})]
        with pytest.raises(SourceUnavailable, match="another host"):
            await client.get("/repos/o/n")
        with pytest.raises(SourceUnavailable, match="another host"):
            await client.get(f"{elsewhere}/repos/o/n")
    assert other.requests == []


async def test_a_redirect_on_the_host_is_followed_but_not_for_ever(
    client: GitHubClient, forge: Forge
) -> None:
    forge.faults = [Fault(301, {"location": "/repos/o/n"})]
    assert (await client.get("/repos/old/name")).value == {"full_name": "o/n"}
    forge.faults = [Fault(301, {"location": "/repos/o/n"})] * 20
    with pytest.raises(SourceUnavailable, match="redirects"):
        await client.get("/repos/o/n")


async def test_graphql_limits_and_errors(client: GitHubClient, forge: Forge, time: Time) -> None:
    forge.graphql_errors = [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]
    assert (await client.graphql("query {}", {}))["data"] == {"repository": {}}
    assert [seconds for seconds, _ in time.waits] == [60]
    forge.graphql_errors = [{"message": "Something went wrong"}]
    assert (await client.graphql("query {}", {}))["data"] == {"repository": {}}
    forge.graphql_errors = [{"message": "Field 'x' doesn't exist"}] * 10
    with pytest.raises(SourceUnavailable, match="Field 'x' doesn't exist"):
        await client.graphql("query {}", {})
    forge.graphql_errors = [{"type": "RATE_LIMITED", "message": "m"}] * 20
    with pytest.raises(SourceUnavailable, match="stays used up"):
        await client.graphql("query {}", {})


async def test_nothing_listens(time: Time) -> None:
    with serving(Forge()) as url:
        pass
    client = GitHubClient(url, SecretStr(""), time, time)
    with pytest.raises(SourceUnavailable, match="connection failed"):
        await client.get("/x")
    await client.close()
    assert len(time.waits) == 5


@pytest.mark.parametrize(
    "url", ["ftp://x", "https://", "nonsense", "https://me@host", "https://host?x=1", "http://far.example"]
)
async def test_a_url_that_will_not_do(url: str, time: Time) -> None:
    with pytest.raises(BadInput, match="CASEWORKER_GITHUB_URL"):
        GitHubClient(url, SecretStr(TOKEN), time, time)


async def test_an_enterprise_host_has_its_graphql_beside_the_rest_api(forge: Forge, time: Time) -> None:
    client: Any = GitHubClient(f"{forge.url}/api/v3/", SecretStr(TOKEN), time, time)
    await client.graphql("query {}", {})
    await client.close()
    assert forge.requests[0][1] == "/api/graphql"


def test_the_token_is_in_no_text(time: Time) -> None:
    client = GitHubClient("https://api.github.com", SecretStr(TOKEN), time, time)
    assert TOKEN not in repr(client) + repr(vars(client))
