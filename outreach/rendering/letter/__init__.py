"""Letters: a Word document with merge fields becomes one .docx per person, and one bundle.

    reading.py     bytes → `Template`: its parts, its fields, what is wrong with it
    compiling.py   `Template` → `Program`: literals, slots and operations (program.py)
    filling.py     `Program` + one person's values → a .docx
    bundle.py      `Program` + many persons' values → one .docx, streamed

A template is read and compiled once; per person only text is joined and packed.
"""
