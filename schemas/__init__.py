"""Schemas: what crosses a topic or is stored, as msgspec structs, byte layouts and codecs."""
