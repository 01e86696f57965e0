"""One submission to its answer, with what the reader must know about the submission itself."""

from __future__ import annotations

from dataclasses import replace

from agent.diagnosis.diagnosis import Answer
from agent.graph import diagnose
from agent.report.error_report import Submission
from agent.state import Context

# The name is not repeated: it is a stranger's text, and the reader has it.
UNKNOWN_PRODUCT = (
    "The catalogue does not know the product that the report names; "
    "only what is common to every client of the API was weighed."
)


async def answer(submission: Submission, context: Context) -> Answer:
    """The answer to one submission. A product that no cause speaks of is accepted, and noted."""
    return await diagnose(submission, noted(submission, context))


def noted(submission: Submission, context: Context) -> Context:
    """`context` with the notes that this submission itself calls for."""
    product = submission.product
    if product and product.lower() not in context.catalogue.products:
        return replace(context, notes=(*context.notes, UNKNOWN_PRODUCT))
    return context
