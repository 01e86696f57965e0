"""Ordinary prose raises no event; what a program prints does."""

from __future__ import annotations

import pytest

from agent.report.error_report import Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read

PROSE = """
Did you mean the other branch when you said main?
I got a 403 once when the office network was down, but never since.
Our proxy refused the connection until the admin rebooted it last week.
Please add a setting that hides the status line.
The server was overloaded with work all day and so was I.
I think my prompt is too long for a quick answer, so I cut it.
The connection dropped twice during the call with my colleague.
It would be nice to see the weekly limit in the status line.
Sometimes a request timed out in our own service and we retried it.
My socket is closed properly in the finally block.
We want to raise an error when the input is too long for the form.
Feature request: show a warning before the context limit is reached.
The image was too large for the page, so I scaled it down.
Could you make the installer work without admin rights?
I had to log in again after lunch, which is fine.
The error handling in this module should be simplified.
When a user hits the limit the page should say when it resets.
There should be an option to turn the sound off.
The docs say that extra usage is optional.
I read about usage credits in the release notes.
He asked whether an API key is needed at all.
The tests take 500 seconds on my machine.
There are 429 files in this folder.
Line 404 of the report holds the total.
The build number is 529 and the branch is release.
Let me know if you need the logs.
The model answered in French although I asked in English.
I like the new theme a lot.
Rate limits are described on a page of their own.
Our credit balance is fine, by the way.
My balance is too low to buy another coffee.
The organization has many repositories.
We disabled the old workflow last month.
The token count is shown at the bottom right.
Is there a way to export the conversation?
The window should remember its size.
After the upgrade everything worked as before.
I would love a keyboard shortcut for this.
The PDF has eight pages and opens in any viewer.
Our certificate expires next year.
The network team is looking into it.
A colleague uses Bedrock and is happy with it.
I compared three editors and kept this one.
The session was long but productive.
Please keep the old layout as an option.
The plan was to ship on Friday.
You could retry the request with a smaller body.
What happens when the limit is reached in the middle of a task?
The agent stopped because I pressed escape.
It is not clear which model is used by default.
The list of commands is hard to read on a small screen.
Our internal server had an error in its clock settings.
The internal server error page of our own site needs a new design.
I do not understand the difference between the two modes.
The request body contains a list of messages.
The response is streamed to the browser.
Please translate the help text into German.
The tool result was correct but the summary was wrong.
Thinking takes a long time for easy questions.
The authentication page looks great now.
My teammate logged out by accident.
The key of the office door was lost.
We use a gateway in front of all services.
The workspace has a limit of ten members.
Maximum context is a useful feature.
The update was quick.
Download speed is good here.
The disk was full, so I deleted some files.
My settings file has a comment in it.
The marketplace has many plugins.
The monitor on my desk is new.
I moved the directory to another disk.
The current directory is shown in the prompt.
The command was not what I expected, but it helped.
Unknown words are underlined in red.
The diff is large but easy to review.
The branch was merged yesterday.
The conversation could be shorter.
We renamed the renderer last week.
The archive contains the photos of the trip.
The agent wrote a poem.
A file was covered with comments.
The memory index is a nice idea.
The inbox is empty.
Too many messages distract me.
Sending a message takes a second.
The reply came at once.
The background task finished in time.
The path is spelled with a capital letter.
The transcript is saved in my home folder.
The process exited with a smile.
The wrapper script is short.
The code was restored from the backup.
The entries are sorted by name.
The header has a logo.
Permissions are checked on each start.
It would be good to have a limit that I can set myself.
The 200K limit is enough for me.
The model id is shown in the footer.
Claude is great and I use it every day.
The app should say "no" less often.
See https://example.com/errors/500 for our own page.
Version 2.1.7 was the first that I tried.
The screenshot shows the new button.
"""
SENTENCES = [line for line in PROSE.strip().splitlines() if line]


def test_there_are_more_than_a_hundred_sentences() -> None:
    assert len(set(SENTENCES)) > 100


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda s: s[:30])
def test_prose_raises_no_event(sentence: str, lexicon: Lexicon) -> None:
    report = read(Submission(text=f"{sentence}\n\n{sentence} {SENTENCES[0]}"), lexicon)
    assert report.errors == []


@pytest.mark.parametrize(
    ("text", "status", "message"),
    [
        ("API Error: 500 Something new broke", 500, "Something new broke"),
        ("Error: 404 404 page not found", 404, "404 page not found"),
        ("Error: 404 <!DOCTYPE html><html><head><title>Lost</title>", 404, "Lost"),
        ("Error: 502 <!DOCTYPE html><html>", 502, None),
        ("API Error (529 overloaded) · Retrying in 5 seconds… (attempt 3/10)", 529, "529 overloaded"),
        ("You've hit your session limit · resets 3pm (Europe/Berlin)", 429,
         "You've hit your session limit · resets 3pm (Europe/Berlin)"),
        ('He wrote: "Credit balance is too low".', 400, "Credit balance is too low"),
    ],
)  # fmt: skip
def test_what_a_program_prints_is_an_event(
    text: str, status: int, message: str | None, lexicon: Lexicon
) -> None:
    (event,) = read(Submission(text=text), lexicon).errors
    assert (event.status, event.message) == (status, message)
