"""Samples: recorded behaviors and items, among them the real purchases that are shipped for the demo and the tests."""
