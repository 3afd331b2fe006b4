"""A clinic's own treatment: DICOM RT files of systems that nobody here wrote, coded, with what was read and what is missing."""
