"""Commands for certificates and for the strength of suites: certify, verify, seed, strength."""
