"""Charges, as billing systems export them: what every format of them shares, and the format CSV."""
