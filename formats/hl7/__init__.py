"""HL7 v2: messages read and written, as far as charges need it."""
