"""Simulator: synthetic users with planted interests, so that what they want is known and Penchant can be tried."""
