"""``jejak demo`` and ``jejak serve``: the service, with or without a synthetic population."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.markup import escape
from rich.table import Table

from api.telling import bar, fail, out, told
from api.tokens import Caller, Level, Role
from application.ledger import KeyReused
from application.read_models import Access, Question

if TYPE_CHECKING:
    from api.main import House
    from application.demo import Plan

EXAMPLES: Final = (
    "Contoh / examples: `jejak demo`, `jejak demo --once` (tanpa server / without the server)"
)
EVERYWHERE: Final = Access(everywhere=True, units=frozenset())
EVERY_ROW: Final = Question(where={}, words=(), after=None, limit=None)
PATIENCE_SECONDS: Final = 120
LOGINS: Final = (
    ("Petugas Rutan Medan / caseworker", Role.CASEWORKER, Level.UNIT, "RUTAN-MEDAN"),
    ("Petugas Rutan Pekalongan / caseworker", Role.CASEWORKER, Level.UNIT, "RUTAN-PEKALONGAN"),
    ("Penyelia Rutan Medan / supervisor", Role.SUPERVISOR, Level.UNIT, "RUTAN-MEDAN"),
    ("Auditor Ditjenpas / auditor", Role.AUDITOR, Level.DITJENPAS, None),
)
"""Who may log in to the demo: a label, and what the token says."""
AGENCIES: Final = (
    ("Disnaker Kota Medan", "DISNAKER-12.71"),
    ("Pemko Medan", "PEMKO-12.71"),
    ("Diskoumperindag Kabupaten Serang", "DISKOUMPERINDAG-36.04"),
    ("Dinas Perikanan Kabupaten Serang", "DISKAN-36.04"),
    ("DKPP Kabupaten Serang", "DKPP-36.04"),
    ("Polres Pekalongan Kota", "POLRES-PEKALONGAN-KOTA"),
    ("Dinas Pendidikan Kota Pekalongan", "DINDIK-33.75"),
    ("Dinarpus Kota Pekalongan", "DINARPUS-33.75"),
    ("BPVP Pangkep", "BPVP-PANGKEP"),
)
"""One agency of each kind that is a party of the demo's agreements."""

Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Porta / port.")]


def demo(
    port: Port = None,
    once: Annotated[bool, typer.Option(help="Muat, cetak, selesai / load, print, end.")] = False,
    seed: Annotated[int, typer.Option(help="Benih populasi / seed of the population.")] = 2025,
) -> None:
    """Lima kemitraan dengan populasi sintetis, lalu layanan tetap menyala.

    The five partnerships with a synthetic population; then the service stays up.
    """
    from api.main import open_house, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_house(settings()) as house:
        plan = load(house, seed)
        if once:
            house.sealer.once()
        show_partnerships(house, plan.agreements.values())
        logins = [(label, _token(house, caller)) for label, caller in _callers()]
        out.print(f"\nContoh satu perjalanan / one whole journey: [bold]{plan.example_case}[/]")
        if not once:
            _serve(house, port, logins, plan.example_case)


def serve(port: Port = None) -> None:
    """Nyalakan layanan / start the service."""
    from api.main import open_house, settings  # noqa: PLC0415  # --help stays quick

    with told(), open_house(settings()) as house:
        _serve(house, port, None, None)


def load(house: "House", seed: int) -> "Plan":
    """Load what is missing of the demo, and wait until it can be read."""
    from application.demo import correct, demo_plan, propose, run  # noqa: PLC0415
    from application.partner_results import PartnerResults  # noqa: PLC0415

    plan = demo_plan(seed)
    _refuse_beside_real_people(house)
    with bar(passing=False) as progress:
        task = progress.add_task("Memuat / loading", total=plan.total)

        def on_step(step: Any) -> None:
            progress.update(task, advance=1, description=step.words[0][:48])

        try:
            run(plan, house.services.append, on_step)
            correct(plan, house.services.correcting)
            propose(plan, PartnerResults(house.services.append, house.services.sharing))
        except KeyReused:
            fail(
                "buku ini berisi demo dari edisi atau benih lain; pakai JEJAK_DATA_DIR yang kosong",
                "this ledger holds a demo of another edition or seed; set an empty JEJAK_DATA_DIR",
            )
        progress.update(task, description="Memuat / loading")
        head = house.ledger.position()
        task = progress.add_task("Membaca / reading", total=head)
        for _ in range(PATIENCE_SECONDS * 4):
            seen = min(one.position for one in house.read_models.progress())
            progress.update(task, completed=seen)
            if house.read_models.wait(head, seconds=0.25):
                break
        progress.update(task, completed=head)
    return plan


def show_partnerships(house: "House", agreements: Iterable[str]) -> None:
    """Print one report per partnership, over all that the service holds."""
    from api.pages.names import Names, units_and_agencies  # noqa: PLC0415  # --help stays quick
    from api.pages.tongue import Tongue  # noqa: PLC0415
    from api.partnership_text import sections  # noqa: PLC0415

    services = house.services
    tongue = Tongue(services.language)
    names = Names(units_and_agencies(services, EVERYWHERE))
    report = services.reports["partnership"]
    rows = {
        projection.name: [
            row
            for _, row in services.read_models.ask(
                projection.name,
                replace(EVERY_ROW, counted=report.columns(projection)),
                EVERYWHERE,
            ).rows
        ]
        for projection in report.over
    }
    titles = {row.agreement: row.title for row in rows["agreements"]}
    today = services.now().date().isoformat()
    for agreement in agreements:
        out.print(f"\n[bold]{titles[agreement]}[/]")
        lines = report.count(rows, {"agreement": agreement, "on": today})
        lines = [line for line in lines if line.count != 0 or line.figure == "persons"]
        for title, told_of in sections(lines, tongue, names):
            out.print(f"  [cyan]{title}[/]")
            out.print(_grid(told_of))


def _grid(rows: Iterable[tuple[str, str]]) -> Table:
    """Return numbers under each other, and beside each what it counts."""
    grid = Table.grid(padding=(0, 2), pad_edge=True)
    grid.add_column(width=7, justify="right")
    grid.add_column()
    for number, words in rows:
        grid.add_row(number, escape(words))
    return grid


def _refuse_beside_real_people(house: "House") -> None:
    told = (page for page in house.ledger.walk(upto=100) if page.stream.kind != "policy")
    first = next(told, None)
    if first and not (first.idempotency_key or "").startswith("demo/"):
        fail(
            "buku ini sudah berisi data; demo hanya mengisi buku yang kosong (atur JEJAK_DATA_DIR)",
            "this ledger holds data already; the demo fills an empty one (set JEJAK_DATA_DIR)",
        )


def _callers() -> Sequence[tuple[str, Caller]]:
    staff = [
        (
            label,
            Caller(
                id=f"demo-{role.value}-{(unit or level.value).lower()}",
                role=role,
                level=level,
                units=frozenset([unit] if unit else []),
                agency=None,
            ),
        )
        for label, role, level, unit in LOGINS
    ]
    return staff + [
        (
            f"{label} / agency",
            Caller(
                id=f"demo-agency-{agency.lower()}",
                role=Role.AGENCY,
                level=Level.UNIT,
                units=frozenset(),
                agency=agency,
            ),
        )
        for label, agency in AGENCIES
    ]


def _token(house: "House", caller: Caller) -> str:
    from api.main import issue  # noqa: PLC0415

    return issue(house.tokens, caller)


def _serve(
    house: "House", port: int | None, logins: list[tuple[str, str]] | None, example: str | None
) -> None:
    from api.app import create_app  # noqa: PLC0415
    from api.main import settings  # noqa: PLC0415
    from api.serving import Server  # noqa: PLC0415

    house.sealer.start()
    chosen = settings()
    address = f"http://{chosen.host}:{port or chosen.port}"
    app = create_app(house.services)
    app.state.demo_logins = logins

    def ready() -> None:
        out.print(f"\n[bold green]Jejak[/] {address}  (Ctrl-C: berhenti / stop)")
        for label, token in logins or ():
            out.print(f"\n{label}\n{token}", soft_wrap=True, highlight=False)
        if logins and example:
            request = f'curl -H "Authorization: Bearer TOKEN" {address}/v1/cases/{example}/events'
            out.print(f"\n{request}", soft_wrap=True, highlight=False)

    Server(app, chosen.host, port or chosen.port, on_ready=ready).run()
