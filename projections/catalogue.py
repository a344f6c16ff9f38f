"""Every read model and every report there is."""

from typing import Any, Final

from projections.activity_participation import ACTIVITY_PARTICIPATION
from projections.agreements import AGREEMENTS
from projections.case_summary import CASE_SUMMARY
from projections.certificates import CERTIFICATES
from projections.changes import CHANGES
from projections.corrections import CORRECTIONS, REVIEWS
from projections.detention import DETENTIONS
from projections.detention_clock import DETENTION_CLOCK
from projections.due_for_release import DUE_FOR_RELEASE
from projections.education_register import EDUCATION_REGISTER
from projections.in_transit import IN_TRANSIT
from projections.integration import INTEGRATION_REGISTER
from projections.kernel import Projection, Report
from projections.klien import KLIEN
from projections.outcomes import OUTCOMES
from projections.overstays import OVERSTAYS
from projections.partner_results import PARTNER_RESULTS
from projections.partnership import PARTNERSHIP
from projections.persons import PERSONS
from projections.placements import PLACEMENTS
from projections.population import POPULATION
from projections.programmes import PROGRAMMES
from projections.recidivism import RECIDIVISM
from projections.referral_answers import REFERRAL_ANSWERS
from projections.referrals import REFERRALS
from projections.remisi_batches import REMISI_BATCHES
from projections.remisi_register import REMISI_REGISTER
from projections.remisi_report import REMISI_REPORT
from projections.sentence_dates import SENTENCE_DATES
from projections.timeline import TIMELINE
from projections.training_funnel import TRAINING_FUNNEL
from projections.training_participation import TRAINING_PARTICIPATION
from projections.units_and_agencies import UNITS_AND_AGENCIES

PROJECTIONS: Final[tuple[Projection[Any], ...]] = (
    CASE_SUMMARY,
    TIMELINE,
    DETENTIONS,
    SENTENCE_DATES,
    EDUCATION_REGISTER,
    TRAINING_PARTICIPATION,
    ACTIVITY_PARTICIPATION,
    CERTIFICATES,
    REMISI_REGISTER,
    REMISI_BATCHES,
    INTEGRATION_REGISTER,
    PLACEMENTS,
    IN_TRANSIT,
    PROGRAMMES,
    AGREEMENTS,
    REFERRALS,
    PERSONS,
    UNITS_AND_AGENCIES,
    CORRECTIONS,
    REVIEWS,
    PARTNER_RESULTS,
    CHANGES,
)
REPORTS: Final[tuple[Report[Any], ...]] = (
    POPULATION,
    TRAINING_FUNNEL,
    PARTNERSHIP,
    REFERRAL_ANSWERS,
    REMISI_REPORT,
    DETENTION_CLOCK,
    OVERSTAYS,
    DUE_FOR_RELEASE,
    KLIEN,
    OUTCOMES,
    RECIDIVISM,
)
