"""Encoder: from text to vectors."""
