"""Claims as FHIR Bundles, and what an editor answers."""
