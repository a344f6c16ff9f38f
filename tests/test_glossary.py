"""Every Indonesian word that is stored is defined in docs/glossary.md.

The words come from the catalogue: the parts of event names, of field names, and of enum values. A
part that is neither in the glossary nor in `ENGLISH` is refused. `ENGLISH_WORDS` is a list by hand,
longer than what is used today, so that a new event seldom needs a word here.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.catalogue import RECORDED
from domain.kernel import Event, Value
from domain.shape import Choice, Many, Maybe, Part, Shape, payload_shapes

GLOSSARY = Path(__file__).parent.parent / "docs" / "glossary.md"
ROW = re.compile(r"^\| `(?P<word>[^`]+)` \| (?P<meaning>.+) \| (?P<source>.+) \|$", re.MULTILINE)
ROWS = [row.groupdict() for row in ROW.finditer(GLOSSARY.read_text(encoding="utf-8"))]
DEFINED = {row["word"] for row in ROWS}
ENGLISH_WORDS = """
about absent academic accepted account activity added address admission admitted adopted after
again age agency agreed agreement alias allowed amount and anew answer answered appeal application
applied approval approved approver arrivals article as assessed assessment asset assigned asylum at
attachment attempt attendance attended authority award back band basis batch became because bed
began begins behalf birth block book borrowed breach broken by call came cancelled capacity capital
carried case cases catalogue cause cell ceremony certificate certificates certified changed changes
charge checked child chosen city claim claimed class closed closing code cohort comment community
competence complete completed concern conduct confirmed consent consented contact content converted
copy correct corrected correction cost count counted country court credits criteria custody date
dated
day days deadline death decided decision declined decree deferred delivered departed departure
deposited deradicalised description destination detained detention did died discipline district
document documents domicile domiciles down drafted drawn due duration duty earlier earned edition
education effective eligibility eligible employed employer en end ended ends enrolled enrolment
entered equipment error escaped event events evidence exam except exceptional excluded excused
executed expected expiry explanation extend extended extension fact facts failed family father feast
female field fields figure final fine fingerprint finished fixed floor forgotten form found free
from full funded gate gender given goods grade granted ground guarantor guardian guided half handed
hands happen harm hash head health hearing held help holiday home hospital hours id identifier
identity in included income initial inspected instance institution instrument insured integration
interest interviewed invited invoice issued issuer item job joined journey judge kept key keys kind
kinds known language last late learner leave left legal lent lesson letter level licence life limit
line lines linked list listed living loan location locked longer longest lost made male mark marks
marriage married matched material maximum measure medical meeting members merge merged met method
minutes missed missing mobile mode month months more mother move moved moves name named names
nationality necessary needed next no not note notice now number occupation occurred of offence
offered office officer on one open opened opening operator or order ordered ordinal organisation
origin other otherwise out outcome over own owner paid paper papers parent part participant
participants parties partner parts party passed passport paused payment pending performed period
permanent permission
permissions permit person phone photo place placed placement plan planned policies policy position
possible posted predicate presence present price prison prize probation product programme
projections pronounced proof property proposal proposed prosecutor provider province public purpose
put quality quantity question queue queued quota raised rank rate reached readmitted reason reasons
recaptured receipt received receiver recidivist reckoning recognised recommended recorded recovered
reference referral referred refused region regions register registered registry regular rehearing
rejected
relation release released releases releasing religion remarks remission remote removed renewed
repaid report reported represented request requested requester required requirement reserved
residence resident resolved respond responsible result resumed retention returned review revoked
right risk role room rule safe said salary saved says schedule scheme school schooling scope score
screened seat seated second seen selected semester sent sentence served session sessions set sets
severity sex sha256 shared short sick signed skill social software sold source speaker spouse staff
stage standard stands started starts state stated statement status stay stayed step still stopped
street subject suitability suitable summarised summary supervised supervisor survivor suspended
suspension taken talent target taught teacher term test text the third thirds through time title to
told took total totals trainer training transfer transport travel treatment trial turned twice two
type typing uncertified undoes unit units unlawful unlinked unlocked unmerge unmerged until updated
user users valid value verdict verification verified verifier version victim village visit visitor
void volunteer wage wait wanted was way week weight went withdrawal withdrawn without witness work
worker working workshop written wrong year years youth
"""
ENGLISH = frozenset(ENGLISH_WORDS.split())


def undefined(stored: str) -> list[str]:
    """Return the parts of a stored name or value that nobody has defined."""
    term = stored.casefold()
    if term in DEFINED:
        return []
    parts = [part for part in re.split(r"[^a-z0-9]+", term) if part]
    return [part for part in parts if part not in DEFINED | ENGLISH]


def choices(shape: Shape) -> Iterator[str]:
    match shape:
        case Choice():
            yield from (str(choice.value) for choice in shape.kind)
        case Maybe() | Many():
            yield from choices(shape.of)
        case Part():
            yield from stored_in(shape.kind)
        case _:
            return


def stored_in(kind: type[Value]) -> Iterator[str]:
    for field, shape in payload_shapes(kind).items():
        yield field
        yield from choices(shape)


@pytest.mark.parametrize("event", RECORDED, ids=lambda event: event.stored_as)
def test_every_indonesian_word_of_an_event_is_in_the_glossary(event: type[Event]):
    stored = [*event.stored_as.split("."), *stored_in(event)]
    missing = {name: words for name in stored if (words := undefined(name))}
    assert not missing, (
        f"define these in docs/glossary.md, or add plain English to ENGLISH_WORDS: {missing}"
    )


def test_a_word_that_nobody_defined_is_refused():
    assert undefined("remisi") == []
    assert undefined("remisi_dikabulkan") == ["dikabulkan"]
    assert undefined("bebas_bersyarat_umum") == ["bersyarat"]


def test_no_word_is_defined_twice_and_every_word_is_defined_in_full():
    assert len(ROWS) == GLOSSARY.read_text(encoding="utf-8").count("\n| `")
    assert [row["word"] for row in ROWS] == sorted(DEFINED)
    assert all(row["meaning"].strip() and row["source"].strip() for row in ROWS)


def test_a_legal_word_of_indonesia_does_not_pass_as_english():
    assert not ENGLISH & DEFINED
