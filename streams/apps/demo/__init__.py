"""Demo: the whole of Penchant at work on real purchases; it starts from nothing and leaves nothing behind."""
