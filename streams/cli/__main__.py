"""`python -m streams.cli`: the command line without its script."""

from streams.cli.commands import main

main()
