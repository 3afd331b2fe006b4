"""Long measurements: the figures of docs/explanation/strength.md, the choice of suite `certify`, mutation of the reference."""
