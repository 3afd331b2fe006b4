"""The reference claim editor: the coder's knowledge seen from the payer's side, and what payers ask for beyond it."""
