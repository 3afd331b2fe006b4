"""Translation between the wire format and a vendor's own, in a child process that may fail, hang or be killed."""
