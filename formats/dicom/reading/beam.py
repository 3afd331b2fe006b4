"""What is read of a beam, or of an application setup of brachytherapy."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReadBeam:
    """A beam of a plan. `position`: the isocenter in the frame of reference; None where the plan does not say it."""

    number: int
    name: str
    radiation: str
    energy: str
    delivery: str
    modulation: str
    position: tuple[float, float, float] | None
    start: float | None
    stop: float | None
    collimator: float | None
    couch: float | None
    treats: bool
    moves_isocenter: bool
