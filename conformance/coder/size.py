"""The size of a case, to find the smallest that shows a fault."""

from rtconform.reference.documents.treatment import Case


def size_of_case(case: Case) -> tuple[int, ...]:
    """A sort key: plans, beams delivered, isocenters, sessions, guidance, then whatever else there is."""
    delivered = {beam for session in case.sessions for beam in session.beams_delivered}
    guided = sum(len(session.guidance) for session in case.sessions)
    managed = sum(session.motion is not None and session.motion.method != "none" for session in case.sessions)
    ports = sum(session.port_images for session in case.sessions)
    beams = sum(len(plan.beams) for plan in case.plans)
    return (len(case.plans), len(delivered), len(case.isocenters), len(case.sessions), guided, managed, ports, beams)
