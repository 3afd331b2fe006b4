"""The ways to reach a DICOM node: C-STORE to a Storage SCP, and STOW-RS to a web service."""
