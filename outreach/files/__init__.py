"""What people write and read: settings, campaigns, tables, documents.

Reading turns text into the nouns of `model/`, or into every error of the file
at once, each with its line and column. Nothing here decides anything.
"""
