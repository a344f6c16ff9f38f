"""Files as they come from Excel and from elsewhere, and what cells mean."""

import json
from contextlib import suppress
from datetime import date, datetime
from random import Random

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from import_files import SAMPLE
from pydantic_core import to_jsonable_python
from strategies import one

from api.event_examples import example_json
from api.event_forms import event_model
from api.import_cells import KINDS, STREAM_OF, Misread, coerced, ensure_columns, line_of
from api.import_rows import content_of, opened_rows
from api.tables import BrokenFile, NotJson, opened_sheet, read_lines, written_beside
from application.append import Proposal
from domain.agreement import AgreementProposed
from domain.catalogue import EVENTS
from domain.conduct import ConductAssessed, Predicate
from domain.custody import CustodyTakenOver
from domain.kejar_paket import NisnReceived
from domain.person import PersonRegistered
from domain.record import Evidence, StreamId
from domain.shape import payload_shapes
from domain.time import Effective, Zone
from infrastructure.import_keys import KeyedDigests
from infrastructure.master_key import MasterKey


def sheet(path, form="csv"):
    with opened_sheet(path, form) as opened:
        return opened.header, [(number, list(cells)) for number, cells in opened.rows]


def csv_file(tmp_path, content):
    path = tmp_path / "file.csv"
    path.write_bytes(content)
    return path


def broken(path, form="csv"):
    with pytest.raises(BrokenFile) as refused:
        sheet(path, form)
    return refused.value.code


@pytest.mark.parametrize(
    "content",
    [
        b"type,stream\na,b\n",
        b"type;stream\r\na;b\r\n",
        b"\xef\xbb\xbftype\tstream\na\tb\n",
        b"sep=;\ntype;stream\na;b\n",
        b'"type","stream",,\na,"b"',
        b"\xef\xbb\xbfsep=,\r\n type , stream\r\na,b\r\n",
    ],
)
def test_csv_is_read_as_excel_saves_it(tmp_path, content):
    header, rows = sheet(csv_file(tmp_path, content))
    assert header == ("type", "stream")
    assert [cells for _, cells in rows] == [["a", "b"]]


def test_rows_bear_the_numbers_that_a_spreadsheet_shows(tmp_path):
    path = csv_file(tmp_path, b'type,stream\n\n"two\nlines",b\nc,d\n')
    assert [number for number, cells in sheet(path)[1] if cells] == [3, 4]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.no_rows"),
        (b"\n\n;;\n", "file.no_rows"),
        (b"type,stream\n\xe9,b\n", "file.encoding"),
        ("type,stream\n".encode("utf-16"), "file.encoding"),
        (b"type\0stream", "file.binary"),
        (b"PK\3\4 whatever", "file.binary"),
        (b'type,stream\n"a,b\n', "file.torn"),
        (b"x" + b",x" * 1_001, "file.too_wide"),
        (b"type,stream\n" + b"a" * 1_000_001, "file.torn"),
    ],
)
def test_what_is_no_csv_is_refused_as_a_whole(tmp_path, content, code):
    assert broken(csv_file(tmp_path, content)) == code


def workbook(path, *rows, at=(0, 0)):
    with xlsxwriter.Workbook(path) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for index, row in enumerate(rows):
            for column, cell in enumerate(row):
                place = at[0] + index, at[1] + column
                if isinstance(cell, date):
                    page.write_datetime(*place, datetime.combine(cell, datetime.min.time()), day)
                else:
                    page.write(*place, cell)
        book.add_worksheet("lain").write(0, 0, "not read")
    return path


def test_the_first_sheet_of_an_xlsx_is_read_with_its_types(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["type", "x"], ["a", date(2025, 7, 21)], [True, 12.1])
    assert sheet(path, "xlsx") == (
        ("type", "x"),
        [(2, ["a", date(2025, 7, 21)]), (3, [True, 12.1])],
    )


def test_a_table_may_stand_anywhere_in_its_sheet(tmp_path):
    path = workbook(tmp_path / "a.xlsx", ["type"], ["a"], at=(4, 0))
    assert sheet(path, "xlsx") == (("type",), [(6, ["a"])])


def test_a_damaged_xlsx_is_refused_as_a_whole(tmp_path):
    whole = workbook(tmp_path / "a.xlsx", ["type"], *[["a"]] * 100).read_bytes()
    for cut in (0, 10, 1_000, len(whole) // 2, len(whole) - 30):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[:cut])
        assert broken(path, "xlsx") == "file.not_xlsx"


def test_an_xlsx_that_unfolds_without_end_is_not_unfolded(tmp_path, monkeypatch):
    monkeypatch.setattr("api.tables.UNPACKED_MOST", 1_000)
    assert broken(workbook(tmp_path / "a.xlsx", ["type"], ["a"]), "xlsx") == "file.too_large"


def test_lines_of_json_are_read_one_by_one(tmp_path):
    path = tmp_path / "a.ndjson"
    lines = ['\ufeff{"a": 1}', "", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, "3"]
    path.write_text("\n".join(lines), encoding="utf-8")
    read = list(read_lines(path))
    assert [number for number, _ in read] == [1, 3, 4, 5, 6, 7]
    assert [said for _, said in read] == [{"a": 1}, NotJson, NotJson, NotJson, NotJson, 3]


def test_a_line_without_an_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("api.tables.LINE_MOST", 100)
    path = tmp_path / "a.ndjson"
    path.write_text("1" * 101)
    with pytest.raises(BrokenFile, match="100"):
        list(read_lines(path))


def write_half(path):
    with written_beside(path) as file:
        file.write("half")
        raise ValueError("half")


def test_a_file_is_written_whole_or_not_at_all_and_for_its_owner_only(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("before")
    with pytest.raises(ValueError, match="half"):
        write_half(path)
    assert path.read_text() == "before"
    with written_beside(path) as file:
        file.write("whole")
    assert path.read_text() == "whole"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("form", ["csv", "xlsx", "ndjson"])
def test_whatever_bytes_there_are_give_rows_or_words(tmp_path, form):
    whole = SAMPLE.read_bytes() if form == "csv" else SEEDS[form](tmp_path)
    path = tmp_path / f"wild.{form}"

    @given(place=st.floats(0, 1), cut=st.integers(0, 40), put=st.binary(max_size=40))
    @settings(deadline=None, max_examples=50)
    def law(place, cut, put):
        start = int(place * len(whole))
        path.write_bytes(whole[:start] + put + whole[start + cut :])
        with suppress(BrokenFile), opened_rows(path, form, KEYS) as rows:
            for row in rows:
                assert row.proposals or row.faults

    law()


def xlsx_seed(tmp_path):
    header, *rows = [one.split(";") for one in SAMPLE.read_text(encoding="utf-8").splitlines()]
    return workbook(tmp_path / "seed.xlsx", header, *rows).read_bytes()


def ndjson_seed(_):
    said = [{**example_json(kind), "stream": f"{STREAM_OF[kind]}:unit/X"} for kind in EVENTS[::6]]
    return "".join(json.dumps(one) + "\n" for one in said).encode()


SEEDS = {"xlsx": xlsx_seed, "ndjson": ndjson_seed}
KEYS = KeyedDigests(MasterKey(b"k" * 32))
REGION = payload_shapes(CustodyTakenOver)["domicile"]
NIK = payload_shapes(PersonRegistered)["nik"]
NISN = payload_shapes(NisnReceived)["nisn"]
NAME = payload_shapes(PersonRegistered)["full_name"]
BORN = payload_shapes(PersonRegistered)["birth_date"]
SCORE = payload_shapes(ConductAssessed)["score"]
DECLINED = payload_shapes(ConductAssessed)["risk_declined"]
UNITS = payload_shapes(AgreementProposed)["units"]


@pytest.mark.parametrize(
    ("cell", "shape", "meant"),
    [
        (12.1, REGION, "12.10"),
        (12.71, REGION, "12.71"),
        (12.0, REGION, "12"),
        (7309.0, REGION, "7309"),
        ("12.71", REGION, "12.71"),
        (101.0, NAME, "101"),
        ("'=1+1", NAME, "=1+1"),
        ("'Aisyah", NAME, "'Aisyah"),
        (82.0, SCORE, 82),
        ("82", SCORE, 82),
        (82.5, SCORE, 82.5),
        ("1e3", SCORE, "1e3"),
        ("BENAR", DECLINED, True),
        ("false", DECLINED, False),
        (True, DECLINED, True),
        (datetime(1990, 3, 12), BORN, "1990-03-12"),  # noqa: DTZ001  # as Excel has it
        (date(1990, 3, 12), BORN, "1990-03-12"),
        ("12/03/1990", BORN, "12/03/1990"),
        ('["RUTAN-MEDAN"]', UNITS, ["RUTAN-MEDAN"]),
    ],
)
def test_a_cell_means_what_its_field_asks_for(cell, shape, meant):
    assert coerced(cell, shape) == meant
    assert type(coerced(cell, shape)) is type(meant)


@pytest.mark.parametrize(
    ("cell", "shape", "code"),
    [
        (1271011203900001.0, NIK, "import.lost_digits"),
        (51234567.0, NISN, "import.number_cell"),
        ("RUTAN-MEDAN", UNITS, "not_json"),
    ],
)
def test_what_a_spreadsheet_lost_is_refused(cell, shape, code):
    with pytest.raises(Misread) as misread:
        coerced(cell, shape)
    assert misread.value.code == code
    assert str(cell) not in "".join(misread.value.because)


def test_a_row_says_what_a_line_says():
    header = ("case", "person", "type", "effective", "evidence.number", "data.score")
    cells = ["BI-1", "P-1", "conduct.assessed", date(2025, 2, 3), "BA/1", 82.0]
    said = line_of(2, header, cells).said
    assert said == {
        "stream": "case:BI-1",
        "type": "conduct.assessed",
        "effective": "2025-02-03",
        "evidence": [{"number": "BA/1", "date": None, "sha256": None}],
        "data": {"score": 82},
    }
    assert line_of(3, header, ["", None, " "]) is None
    assert event_model(ConductAssessed).model_fields.keys() > {"data", "effective"}


def test_a_row_is_told_apart_by_the_same_bytes_as_ever():
    """Rows that are on record are found by them: these are of the first edition that imported."""
    assessed = ConductAssessed(
        effective=Effective.on(date(2025, 2, 3), Zone.WIT),
        month="2025-01",
        score=82,
        predicate=Predicate.BAIK,
        risk_declined=True,
    )
    evidence = (Evidence(number="BA/1 é", date=date(2025, 2, 1), sha256=None),)
    stream = StreamId(kind="case", key="1")
    said = Proposal(stream=stream, event=assessed, evidence=evidence, reason=None)
    assert content_of([said], {"event_id": "x"}) == (
        b'[["conduct.assessed"],[{"event":{"effective":{"at":null,"day":"2025-02-03",'
        b'"zone":"Asia/Jayapura"},"month":"2025-01","predicate":"baik","risk_declined":true,'
        b'"score":82},"evidence":[{"date":"2025-02-01","number":"BA/1 \\u00e9","sha256":null}],'
        b'"reason":null,"stream":{"key":"1","kind":"case"}}],null,"x"]'
    )


def test_events_of_every_type_are_written_into_it_as_ever():
    choose = Random(7).choice  # noqa: S311  # nothing secret is drawn
    for kind in KINDS.values():
        for _ in range(3):
            event, stream = one(kind, choose), StreamId(kind=STREAM_OF[kind], key="unit/X")
            ever = {
                "stream": {"kind": stream.kind, "key": stream.key},
                "event": to_jsonable_python(event),
                "evidence": [],
                "reason": "ü",
            }
            whole = [[kind.stored_as], [ever], None, None]
            said = Proposal(stream=stream, event=event, evidence=(), reason="ü")
            written = json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()
            assert content_of([said], {}) == written


def test_the_person_of_a_case_may_stand_in_its_own_column():
    header = ("case", "person", "type")
    said = line_of(2, header, ["BI-1", "P-1", "custody.taken_over"]).said
    assert (said["stream"], said["data"]) == ("case:BI-1", {"person": "P-1"})


@pytest.mark.parametrize(
    ("header", "code", "hint"),
    [
        (("case", "type"), "file.missing_column", "effective"),
        (("type", "effective"), "file.missing_column", "stream"),
        (("case", "type", "effective", "data.scor"), "file.unknown_column", "data.score"),
        (("case", "type", "effective", "Budi Rahasia"), "file.unknown_column", "#4"),
        (("case", "type", "effective", "type"), "file.column_twice", "type"),
    ],
)
def test_a_header_that_cannot_be_right_is_refused_with_a_hint(header, code, hint):
    with pytest.raises(BrokenFile) as refused:
        ensure_columns(header)
    assert refused.value.code == code
    assert hint in refused.value.because[0]
    assert "Rahasia" not in refused.value.because[0]
