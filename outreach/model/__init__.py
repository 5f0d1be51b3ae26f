"""The nouns of the house: frozen values that every other room speaks in.

Nothing here does anything to the world. A noun may answer questions about
itself; deciding is the business of the rooms above.
"""
