"""Rows to import, and the command that imports them."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from typer.testing import CliRunner

from api.cli import app

MEDAN = "RUTAN-MEDAN"
SAMPLE = Path(__file__).parents[1] / "docs/samples/import-takeover.csv"


@dataclass(frozen=True)
class Jejak:
    """The command line over one store."""

    folder: Path
    heard: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """What the last command wrote to standard error."""
        return self.heard[-1]

    def __call__(self, *words: object, status: int = 0) -> str:
        answer = CliRunner().invoke(app, [str(word) for word in words])
        self.heard.append(answer.stderr)
        assert answer.exit_code == status, (answer.output, answer.exception)
        return answer.stdout if status != 2 else answer.output

    def report(self, *words, status=0):
        return json.loads(self("import", *words, "--json", status=status))

    def file(self, *lines, name="rows.ndjson"):
        path = self.folder / name
        path.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
        return path


def line(stream, kind, effective, /, **data):
    return {"stream": stream, "type": kind, "effective": effective, "data": data}


def unit_named(unit=MEDAN, region="12.71"):
    return line(
        f"registry:unit/{unit}",
        "registry.unit_named",
        "2020-01-01",
        unit=unit,
        kind="rutan",
        title=f"Rutan {unit}",
        region=region,
    )


def taken_over(number, *, unit=MEDAN, domicile="12.71", name="Budi Rahasia", nik=None):
    data = {
        "person": f"P-{number}",
        "unit": unit,
        "religion": "islam",
        "domicile": domicile,
        "legal_status": "narapidana",
        "admitted_on": "2024-05-02",
        "source": "Buku Register B I",
        "source_date": "2024-12-31",
    }
    person = {
        "full_name": name,
        "sex": "male",
        "birth_date": "1990-03-12",
        "nationality": "ID",
        "nik": nik,
        "nik_verification": "claimed" if nik else "missing",
    }
    said = line(f"case:BI-{number}", "custody.taken_over", "2025-01-06")
    return said | {"data": data, "person": person}


def assessed(number, month, score=82):
    return line(
        f"case:BI-{number}",
        "conduct.assessed",
        f"2025-{month + 1:02}-03",
        month=f"2025-{month:02}",
        score=score,
        predicate="baik",
        risk_declined=True,
    )
