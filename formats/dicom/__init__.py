"""A case as the DICOM RT objects that planning systems and treatment machines write, and those objects read again.

All of it but `expressible` needs pydicom (`pip install rtconform[dicom]`), so it is imported where it is needed.

- `writing.writer`: a case becomes RT Plan, RT Structure Set, RT Dose, RT Image and RT Beams Treatment Record objects.
- `reading.reader`: objects become what is known of the treatment, fact by fact.
- `companion`: what no such object has a place for, as JSON beside them.
"""
