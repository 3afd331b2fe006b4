"""Long measurements of strength: the figures of docs/strength.md, the choice of suite `certify`, mutation of the reference."""
