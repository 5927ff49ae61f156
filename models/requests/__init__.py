"""Requests: what a user says in words, as wishes that a model can encode."""
