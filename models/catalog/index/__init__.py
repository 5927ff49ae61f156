"""Index: the nearest items of a vector without looking at all of them, kept as items come and go."""
