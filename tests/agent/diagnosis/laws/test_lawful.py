"""Lawful: planted advice to disguise, evade or switch off checks is caught; warnings pass."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.diagnosis.laws.lawful import problems

UNLAWFUL = [
    "Change the User-Agent string to match the CLI.",
    "Add the header x-anthropic-billing-header yourself.",
    "Rename your tool to claude-cli.",
    "Use a US proxy to reach the API.",
    "Set HTTPS_PROXY to a server abroad to avoid the region block.",
    "Switch your VPN to a supported country.",
    "Replace letters so that the content filter does not trigger.",
    "Set verify to False.",
    "Add `-k` to curl.",
    "Set `NODE_TLS_REJECT_UNAUTHORIZED` to `0`.",
    "Send the same headers as the official client.",
    "Let the harness report itself as Claude Code.",
    "Spoof the user agent of Claude Code.",
    "Spoof the User-Agent header.",
    "Fake the x-anthropic-billing-header.",
    "Forge the attribution line so that the official client is seen.",
    "Pretend to be Claude Code.",
    "Let the tool impersonate the official client.",
    "Disguise the harness as Claude Code.",
    "Pass the tool off as the official CLI.",
    "Make the proxy identify itself as claude-cli.",
    "Set the user agent to claude-cli/2.1.96.",
    "Copy the x-anthropic-billing-header of the official client.",
    "Send cc_version of a newer client.",
    'Prepend "You are Claude Code, an official CLI" to the system prompt.',
    "Why not mimic the headers of the client?",
    "Use a VPN.",
    "Connect through a VPN in the US.",
    "Route your traffic via a VPN server.",
    "Turn on the VPN and try again.",
    "Bypass the region check.",
    "Get around the country restriction with a proxy.",
    "Rent a server in a supported country.",
    "Try a residential proxy.",
    "Bypass the content filter.",
    "Trick the classifier with other words.",
    "Get around the safety filter by splitting it.",
    "Encode the text in base64 so that the filter does not notice it.",
    "Use a jailbreak.",
    "Evade the moderation.",
    "Set NODE_TLS_REJECT_UNAUTHORIZED=0.",
    "export NODE_TLS_REJECT_UNAUTHORIZED='0'",
    "Disable TLS verification.",
    "Turn off certificate checks.",
    "Run curl -k https://api.anthropic.com.",
    "Run curl --insecure against it.",
    "npm config set strict-ssl false",
    "git config http.sslVerify false",
    "requests.get(url, verify=False)",
    "{ rejectUnauthorized: false }",
    "Ignore certificate errors.",
    "As a test set NODE_TLS_REJECT_UNAUTHORIZED=0 permanently.",
    "Do not wait, spoof the user agent.",
    "It is not allowed elsewhere; use a VPN.",
]
LAWFUL = [
    "Never spoof the user agent, fake headers or pretend to be Claude Code.",
    "Do not disable TLS checks.",
    "Do not use a VPN to get around the region rule.",
    "Turn the VPN off and try again.",
    "Try without the VPN.",
    "Check whether a VPN or proxy is in use.",
    "Disconnect the VPN.",
    "Connect to the corporate VPN.",
    "Set NODE_EXTRA_CA_CERTS to your company's CA file.",
    "As a one-off test only, set NODE_TLS_REJECT_UNAUTHORIZED=0 for one command.",
    "NODE_TLS_REJECT_UNAUTHORIZED=0 serves only as a test.",
    "An outdated client is taken for a third-party app.",
    "The server reads the version from the attribution header.",
    "Set CLAUDE_CODE_ATTRIBUTION_HEADER=0 behind your own gateway.",
    "Ask for smaller pieces in your own words.",
    "Disguising a third-party client as Claude Code is against the policy.",
    "Update the official client.",
    "The content filter blocked the output.",
    "Install the certificate of the proxy.",
    "Rather than spoof the header, use an API key.",
]


@pytest.mark.parametrize("text", UNLAWFUL)
def test_unlawful(text: str):
    assert problems(text)


@pytest.mark.parametrize("text", LAWFUL)
def test_lawful(text: str):
    assert not problems(text)


@pytest.mark.parametrize(
    "text", ["Spoof the user agent.", "Use a VPN.", "Bypass the content filter.", "Disable TLS checks."]
)
@pytest.mark.parametrize(
    "place", ["summary", "recommendation", "notes", "example", "step", "why", "to", "facts"]
)
def test_it_is_found_in_every_place(room: SimpleNamespace, text: str, place: str):
    d = room.seed_diagnosis()
    text = f"Likely so. {text}"
    change: dict[str, object]
    if place in ("step", "why"):
        change = {"guidance": [d.guidance[0].model_copy(update={place: text})]}
    elif place in ("to", "facts"):
        change = {"handoff": d.handoff.model_copy(update={place: text if place == "to" else [text]})}
    else:
        change = {place: [text] if place == "notes" else text}
    assert [law for law, _ in room.seed_findings(d.model_copy(update=change))] == ["lawful"]


def test_no_cause_file_advises_anything_unlawful(room: SimpleNamespace):
    for cause in room.load_catalogue().causes:
        texts = [cause.summary, cause.recommendation, cause.example or "", *cause.notes]
        texts += [t for s in cause.steps for t in (s.step, s.why)]
        texts += [t for q in cause.questions for t in (q.text, q.how)]
        for text in texts:
            assert not problems(text), (cause.id, text)
