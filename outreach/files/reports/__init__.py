"""Reports as files: one page of HTML, a workbook, a page of Word or PDF (`writing.py`)."""
