"""The adapter for a system that is reached by MLLP: HL7 v2 messages one by one, each acknowledged."""
