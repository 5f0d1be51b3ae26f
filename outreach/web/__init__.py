"""Pages in a browser, on this machine only: another door beside the command line.

Asks the runner for what it shows, writes nothing. `serving` opens the door and `guard`
keeps it, `app` says which address shows what, `look` prepares it, `pages/` are the pages.
"""
