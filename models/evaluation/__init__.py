"""Evaluation: how well interests foretell what users do next, measured on recordings and on planted users."""
