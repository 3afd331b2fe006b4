"""Certificates: how a certifying run is sealed, and how anyone checks the result without trusting its maker.

`container` is the file, `envelope` its seal, `statement` what it says, `seeds` the draw of held-out cases, `disguise` what keeps
a vendor from knowing them, `checks` the verification.
"""
