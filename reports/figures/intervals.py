"""How sure a share is."""

import math

_Z = 1.959964  # 95 %


def wilson(hits: int, number: int) -> tuple[float, float]:
    """The 95 % confidence interval of a share, after Wilson: right for small numbers and near 0 and 1, too. `number` above 0."""
    share = hits / number
    middle = share + _Z**2 / (2 * number)
    margin = _Z * math.sqrt(share * (1 - share) / number + _Z**2 / (4 * number**2))
    scale = 1 + _Z**2 / number
    return max(0.0, (middle - margin) / scale), min(1.0, (middle + margin) / scale)
