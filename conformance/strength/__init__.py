"""Proof that the suites are strong: faulty coders, and which suite catches which of them.

`faults` has the faults met in the field; `known_fault` names a vendor's fault by its answers.
"""

from rtconform.conformance.strength.faults import FAULTS, known_fault
from rtconform.conformance.strength.faulty import Fault

__all__ = ["FAULTS", "Fault", "known_fault"]
