"""Builders of what every kind of record may say of a person."""

from datetime import date

from domain.agreement import ParticipantKind
from domain.catalogue import CASE
from domain.custody import CUSTODY
from domain.fields import Line, Nisn, RegionCode
from domain.kejar_paket import KEJAR_PAKET
from domain.person import Sex
from domain.referral import REFERRAL
from projections.counting import AgeBand, age_band
from projections.shared.material import Material
from projections.shared.membership import is_secret, participant_kind


def full_name(material: Material) -> Line | None:
    """Return the name as written at admission, or at the referral; never a child's in custody.

    Nor that of whom nobody knows to be none.
    """
    if material.stream.kind != CASE.name:
        received = material.journey[REFERRAL].received
        return (received.full_name or None) if received else None
    opening = material.journey[CUSTODY].opening
    return (opening.full_name or None) if opening and not is_secret(material) else None


def nisn(material: Material) -> Nisn | None:
    """Return the learner's national number; never that of a child, or of who may be one."""
    return None if is_secret(material) else material.journey[KEJAR_PAKET].nisn or None


def sex(material: Material) -> Sex | None:
    """Return the sex as written at admission."""
    opening = material.journey[CUSTODY].opening
    return opening.sex if opening else None


def band(material: Material) -> AgeBand:
    """Return the band of the age on the first day that the agreement is about."""
    opening = material.journey[CUSTODY].opening
    born = opening.birth_date if opening else None
    return age_band(born or None, _first_day(material))


def domicile(material: Material) -> RegionCode | None:
    """Return the code of the regency or city where somebody is at home."""
    if material.stream.kind != CASE.name:
        received = material.journey[REFERRAL].received
        return received.region if received else None
    return material.domicile


def kind(material: Material) -> ParticipantKind | None:
    """Return what the agreement calls somebody now."""
    return participant_kind(material)


def _first_day(material: Material) -> date | None:
    """Return since when somebody takes part, else the day of the release, else of the right."""
    began = [one.effective.day for one in material.enrolments]
    began += [one.started.effective.day for one in material.trainings.values() if one.started]
    began += [one.since for one in material.activities.values()]
    if began:
        return min(began)
    rights = [one.started.effective.day for one in material.rights if one.started]
    return material.released_on or min(rights, default=None)
