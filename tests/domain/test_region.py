import pytest

from domain.kernel import Refused
from domain.region import BPS_DIFFERS, REGIONS, RegionLevel, known_region, region
from domain.time import Zone


def refusal(code: str) -> Refused:
    with pytest.raises(Refused) as refused:
        known_region(code, "domicile")
    return refused.value


def test_there_are_38_provinces_with_514_regencies_and_cities():
    provinces = [one for one in REGIONS.values() if one.level is RegionLevel.PROVINCE]
    assert (len(provinces), len(REGIONS) - len(provinces)) == (38, 514)
    assert all(one.province in REGIONS for one in REGIONS.values())
    assert {one.code for one in provinces} == {one.province for one in REGIONS.values()}


@pytest.mark.parametrize(
    ("code", "name", "zone"),
    [
        ("12.71", "Kota Medan", Zone.WIB),
        ("36.04", "Kabupaten Serang", Zone.WIB),
        ("33.75", "Kota Pekalongan", Zone.WIB),
        ("73.10", "Kabupaten Pangkajene dan Kepulauan", Zone.WITA),
        ("73.11", "Kabupaten Barru", Zone.WITA),
        ("91", "Papua", Zone.WIT),
    ],
)
def test_a_region_has_a_name_and_a_zone(code, name, zone):
    assert known_region(code, "domicile") == region(code)
    assert (region(code).name, region(code).zone) == (name, zone)


def test_a_bps_code_is_refused_with_the_kemendagri_code_it_probably_means():
    refused = refusal("7309")
    assert (refused.code, refused.field) == ("region.looks_like_bps", "domicile")
    for words in refused.because:
        assert "73.10 (Kabupaten Pangkajene dan Kepulauan)" in words
        assert "73.09 (Kabupaten Maros)" in words
    assert "12.71 (Kota Medan)" in refusal("1275").because[0]
    assert "73.11 (Kabupaten Barru)" in refusal("7310").because[1]
    assert "73.25" not in refusal("7325").because[1]


def test_four_digits_of_an_unmapped_province_are_not_completed_in_silence():
    refused = refusal("3604")
    assert refused.code == "region.looks_like_bps"
    assert "36.04 (Kabupaten Serang)" in refused.because[1]
    assert "bukan kode wilayah" in refusal("9999").because[0]


def test_every_code_that_bps_is_known_to_write_otherwise_leads_to_a_region():
    assert set(BPS_DIFFERS.values()) <= set(REGIONS)
    assert all(f"{bps[:2]}.{bps[2:]}" != code for bps, code in BPS_DIFFERS.items())


def test_an_unknown_code_or_a_name_is_refused_with_the_closest():
    assert "12.71 (Kota Medan)" in refusal("Medan").because[1]
    assert "12.7" in refusal("12.79").because[1]
    assert "36.04 (Kabupaten Serang), 36.73 (Kota Serang)" in refusal("serang").because[0]
    assert refusal("12.79").code == "region.unknown"
    assert refusal("").code == "region.unknown"
