"""A treatment as HL7 v2 messages, and read from them: visit, plans and session, approval, schedule."""
