"""FHIR R4: a case as a Bundle in the shape of CodeX RT and mCODE, with extensions of our own for what these lack."""
