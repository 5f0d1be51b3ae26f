"""Letters: a Word document with merge fields becomes one .docx per person, and one bundle.

    reading.py     bytes → `Template`: its parts, its fields, what is wrong with it
    compiling.py   `Template` → `Program`: literals, slots and operations (program.py)
    filling.py     `Program` + one person's values → a .docx
    bundle.py      `Program` + many persons' values → one .docx, streamed

A template is read and compiled once; per person only text is joined and packed. Between
reading and compiling lie the fields of Word:

    fields.py      finds them in every shape; flows.py where they go over paragraphs
    pieces.py      a field's code as arguments of text, fields, pictures, paragraphs
    building.py    fields → sources (sources.py), evaluated per person (evaluating.py)
    slots.py       fields → marks in the document's tree (marks.py), which become nodes
    regions.py     what is repeated for a list;  lines.py  paragraphs that may vanish
"""
