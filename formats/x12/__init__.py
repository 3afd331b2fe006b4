"""X12: claims (837P, 837I), remittances (835), claim acknowledgments (277CA) and implementation acknowledgments (999)."""
