"""Large numbers as people read them."""

PREFIXES = ("", "k", "M", "G", "T", "P", "E")


def short(value: float, unit: str) -> str:
    """Three digits with a decimal prefix: `1_234_567` and `B` give `1.23 MB`."""
    for prefix in PREFIXES:
        if value < 999.5 or prefix == PREFIXES[-1]:
            digits = 0 if not prefix else max(0, 3 - len(str(int(value))))
            return f"{value:.{digits}f} {prefix}{unit}"
        value /= 1000
    raise AssertionError
