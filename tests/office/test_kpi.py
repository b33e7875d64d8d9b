"""`ronda kpi --from-export` on folders that are no export: a sentence each, and no figure."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.kpi import kpi

VISITS = b"visit,agent,party,result,lender,account,evidence\r\n"
PROMISES = b"agent,state,amount,paid,currency\r\n"


@pytest.mark.parametrize(
    ("visits", "promises", "sentence"),
    [
        (b"visit,agent\r\n", PROMISES, "visits.csv has no column party, result, lender, account, evidence"),
        (b"", PROMISES, "visits.csv has no column visit"),
        (VISITS, b"agent,state,amount,paid\r\nana,vigente,1,1\r\n", "promises.csv has no column currency"),
        (VISITS + b"v,a,TIT,NAD,b,1,\xf1\r\n", PROMISES, "visits.csv is not written in UTF-8"),
        (VISITS + b"v,a," + b"x" * 200_000, PROMISES, "visits.csv is not a CSV file"),
        (VISITS, PROMISES + b"ana,vigente,mucho,1,COP\r\n", "an amount that is no number"),
        (VISITS, PROMISES + b"ana,vigente\r\n", "an amount that is no number"),
    ],
)
def test_files_that_are_no_export_are_named_with_what_is_wrong(
    tmp_path: Path, visits: bytes, promises: bytes, sentence: str
) -> None:
    (tmp_path / "visits.csv").write_bytes(visits)
    (tmp_path / "promises.csv").write_bytes(promises)
    result = CliRunner().invoke(kpi, ["--from-export", str(tmp_path)])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert sentence in result.stderr
    assert result.stdout == ""
