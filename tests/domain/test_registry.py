from dataclasses import replace

import pytest
from scenario import Scenario, on

from domain.catalogue import REGISTRY as STREAM
from domain.kernel import Refused
from domain.registry import (
    REGISTRY,
    AgencyKind,
    AgencyNamed,
    UnitKind,
    UnitNamed,
    UserNamed,
    key_of,
)

registry = Scenario(STREAM)
unit = UnitNamed(
    effective=on("2015-01-01"),
    unit="RUTAN-MEDAN",
    kind=UnitKind.RUTAN,
    unit_class="I",
    title="Rutan Kelas I Medan",
    region="12.71",
)
agency = AgencyNamed(
    effective=on("2015-01-01"),
    agency="KANWIL-12",
    kind=AgencyKind.KANWIL,
    title="Kanwil Kemenkumham Sumatera Utara",
    region="12",
)
user = UserNamed(
    effective=on("2025-01-01"), user="ratna", full_name="Ratna Dewi", role="caseworker"
)


@pytest.mark.parametrize(
    ("named", "key"),
    [(unit, "unit/RUTAN-MEDAN"), (agency, "agency/KANWIL-12"), (user, "user/ratna")],
)
def test_a_unit_an_agency_and_a_user_are_named_each_under_its_key(named, key):
    registry.when(named).then_recorded()
    assert key_of(named) == key
    assert STREAM.subject(key, STREAM.begin()) == key


def test_naming_again_renames_from_its_day():
    renamed = replace(agency, effective=on("2024-11-01"), title="Kanwil Ditjenpas Sumatera Utara")
    registry.given(agency).when(renamed).then_recorded()
    assert STREAM.fold([agency])[REGISTRY].named == agency
    assert STREAM.fold([agency, renamed])[REGISTRY].named == renamed


def test_the_same_name_said_again_is_recorded_once():
    registry.given(unit).when(unit).then_nothing()
    registry.given(unit).when(replace(unit, effective=on("2020-01-01"))).then_nothing()


@pytest.mark.parametrize("other", [replace(unit, unit="RUTAN-BARRU"), agency])
def test_a_record_keeps_its_key(other):
    registry.given(unit).when(other).then_refused("registry.another_key")


@pytest.mark.parametrize("named", [replace(unit, region="1275"), replace(agency, region="12.99")])
def test_a_region_that_does_not_exist_is_refused_with_a_hint(named):
    with pytest.raises(Refused) as refused:
        registry.when(named).answer()
    assert refused.value.code.startswith("region.")
    assert refused.value.field == "region"


def test_an_agency_of_no_region_is_named():
    registry.when(replace(agency, region=None)).then_recorded()
