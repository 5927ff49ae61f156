"""One step: a batch of behaviors is resolved, updates its users, and their lists are made."""

from models.ranking.judging import Judgments
from models.step.lists import Lists, lists_for, recommend
from models.step.options import SPOKEN, StepOptions
from models.step.receiving import Resolution, columns_in, receive, receive_again, receive_asked, receive_encoded

__all__ = [
    "SPOKEN",
    "Judgments",
    "Lists",
    "Resolution",
    "StepOptions",
    "columns_in",
    "lists_for",
    "receive",
    "receive_again",
    "receive_asked",
    "receive_encoded",
    "recommend",
]
