"""Encoding: the encoder's consume, encode, publish loop."""
