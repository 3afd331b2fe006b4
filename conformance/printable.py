"""What a vendor sent, as text that moves no cursor."""


def printable(text: str) -> str:
    """`text` with a space for each line break and control character."""
    return "".join(character if character.isprintable() else " " for character in text)
