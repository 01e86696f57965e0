"""The one GraphQL query: what happened to some threads of a repository, a page of events each."""

from __future__ import annotations

from collections.abc import Mapping

_THREAD = "{ __typename number url state title repository { nameWithOwner } }"
_ANY = f"... on Issue {_THREAD} ... on PullRequest {_THREAD}"
_WHO = "id actor { login } createdAt"
_EVENTS = f"""
pageInfo {{ hasNextPage endCursor }}
nodes {{
  __typename
  ... on CrossReferencedEvent {{ {_WHO} willCloseTarget source {{ {_ANY} }} }}
  ... on ConnectedEvent {{ {_WHO} source {{ {_ANY} }} subject {{ {_ANY} }} }}
  ... on DisconnectedEvent {{ {_WHO} source {{ {_ANY} }} subject {{ {_ANY} }} }}
  ... on MarkedAsDuplicateEvent {{ {_WHO} canonical {{ {_ANY} }} duplicate {{ {_ANY} }} }}
  ... on UnmarkedAsDuplicateEvent {{ {_WHO} canonical {{ {_ANY} }} duplicate {{ {_ANY} }} }}
  ... on ClosedEvent {{ {_WHO} stateReason closer {{
    ... on PullRequest {_THREAD}
    ... on Commit {{ oid associatedPullRequests(first: 1) {{ nodes {_THREAD} }} }} }} }}
  ... on ReopenedEvent {{ {_WHO} }}
  ... on MergedEvent {{ {_WHO} commit {{ oid }} }}
  ... on TransferredEvent {{ {_WHO} fromRepository {{ nameWithOwner }} }}
  ... on LabeledEvent {{ {_WHO} label {{ name }} }}
  ... on UnlabeledEvent {{ {_WHO} label {{ name }} }}
  ... on RenamedTitleEvent {{ {_WHO} previousTitle }}
  ... on LockedEvent {{ {_WHO} }}
}}
"""
_COMMON = (
    "CROSS_REFERENCED_EVENT, CONNECTED_EVENT, DISCONNECTED_EVENT, MARKED_AS_DUPLICATE_EVENT, "
    "UNMARKED_AS_DUPLICATE_EVENT, CLOSED_EVENT, REOPENED_EVENT, TRANSFERRED_EVENT, LABELED_EVENT, "
    "UNLABELED_EVENT, RENAMED_TITLE_EVENT, LOCKED_EVENT"
)


def timeline_query(after: Mapping[int, str | None]) -> str:
    """The query for the threads by number, each from the cursor on that the variable `a<number>` holds.

    Numbers are our own integers; names of people and repositories travel as variables only.
    """
    variables = "".join(f", $a{number}: String" for number in after)
    threads = "\n".join(_one(number) for number in after)
    return (
        f"query Timelines($owner: String!, $name: String!{variables}) {{\n"
        f"repository(owner: $owner, name: $name) {{\n{threads}\n}} }}"
    )


def _one(number: int) -> str:
    page = f"first: 100, after: $a{number}, itemTypes: [{_COMMON}"
    return (
        f"n{number}: issueOrPullRequest(number: {number}) {{\n"
        f"... on Issue {{ timelineItems({page}]) {{ {_EVENTS} }} }}\n"
        f"... on PullRequest {{ timelineItems({page}, MERGED_EVENT]) {{ {_EVENTS} }} }} }}"
    )
