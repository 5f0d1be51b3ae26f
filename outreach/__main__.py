"""`python -m outreach`: the same as the command `outreach`."""

from outreach.cli import main

main()
