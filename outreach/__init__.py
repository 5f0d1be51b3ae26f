"""outreach: prospecting as one chain."""

__version__ = "0.1.0"
