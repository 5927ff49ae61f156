"""Apps: real parts joined in one place per process."""
