"""Agents: decode, call models, write; each short enough to read in one go."""
