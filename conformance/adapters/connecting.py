"""What every adapter that opens or takes connections says and does alike."""


def why_not_connected(error: OSError | UnicodeError) -> str:
    """Why a connection could not be opened, in words; asyncio describes a refusal in its own."""
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    return getattr(error, "strerror", None) or str(error)


def host_and_port(address: str) -> tuple[str, int]:
    """The two parts of an address of ours ("127.0.0.1:8104", "[::1]:8104")."""
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)
