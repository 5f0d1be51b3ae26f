"""The loop: decide, do, record. Each module is one act."""
