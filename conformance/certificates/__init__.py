"""Certificates: what a certifying run is made into, sealed, and how anybody checks one without trusting its maker.

`container` is the file, `envelope` its seal, `statement` what it says, `seeds` the draw of held-out cases, `disguise` what keeps
a vendor from knowing them, `checks` the verification.
"""
