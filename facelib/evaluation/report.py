"""What an evaluation of swaps found, as a page to look at: the table, sorted as one likes, and pictures of the cases behind it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from facelib import pages
from facelib.evaluation.cases import Case
from facelib.evaluation.swapped import Swapped
from facelib.evaluation.swaps import CAUGHT, ORACLE, TARGET, Scored, shown
from facelib.figures.page import quoted

_QUALITY = 85  # of the JPEGs
_HEADS = {
    "psnr": "PSNR, dB",
    "ssim": "SSIM",
    "seam_error": "Seam error",
    "identity": "Identity",
    "identity_source": "Identity with source",
    "expression": "Expression error, %",
    "pose": "Pose error, °",
    "rank1": "Nearest person is the source",
    "rank1_target": "Nearest person is the target",
    CAUGHT: "Caught, AUC",
}
_DIGITS = {"psnr": 1, "expression": 1, "pose": 1}
_ABOUT = {
    "self": "Two frames of one person, from different videos: the right answer is the target.",
    "recolour": "A face in other colours onto its own head: the right answer is the untouched photograph.",
    "rendered": "Rendered swaps: the right answer is drawn.",
    "five": "Strangers, as in the write-up: there is no right answer, so these are only the scores that need none.",
}


def page(record: dict, scored: Scored, cases: Sequence[Case] = (), strangers: Sequence[Swapped] = ()) -> str:
    """The report, as HTML; all in one, it asks nothing of the network.

    Parameters
    ----------
    record : dict
        What `facelib evaluate swaps` writes as JSON.
    scored : Scored
        What it was made of.
    cases : sequence of Case
        Of each way those to show.
    strangers : sequence of Swapped
        Pairs without an answer, to show in every way.
    """
    first = record["table"][0]
    lines = [
        f"{_ABOUT[record['protocol']]} {first['n']} pairs, {first['people']} people; data {record['data']}, "
        f"{record['size']} pixels, seed {record['seed']}; {record['date']}, {record['hardware']}.",
        _explained(record["table"]),
    ]
    body = f"""<main><h1>Swaps measured</h1>
{"".join(f"<p>{quoted(line)}</p>" for line in lines)}
<div class="wide" tabindex="0" role="region" aria-label="Scores">{_table(record["table"], scored)}</div>
{_cases(cases) if cases else ""}{_strangers(strangers) if strangers else ""}
<p><code>{quoted(record["command"])}</code></p></main>
<script>{_SCRIPT}</script>"""
    return pages.document("Swaps measured", body, _STYLE)


def _explained(rows: Sequence[dict]) -> str:
    """The words under a table's heads."""
    said = "Means, with 95 % intervals over people; ↑ more is better, ↓ less."
    said += f" {TARGET.capitalize()} is the picture left alone" + f", {ORACLE} the answer itself" * any(
        row["way"] == ORACLE for row in rows
    )
    said += ", none the raw composite" * any(row["way"] == "none" for row in rows) + "."
    if CAUGHT in rows[0]:
        said += " Caught is the chance that the forensic network finds a result more suspicious than an untouched target: 0.5 is never."
    else:
        said += " Caught is left out: there were no weights of the forensic network."
    return said + " Wins are the pairs on which a way is better, ties as halves. The time is the median of placing, colours and blend."


def _table(rows: Sequence[dict], scored: Scored) -> str:
    columns = [(_HEADS[score], way, [_score(row, score, scored) for row in rows]) for score, way in shown(rows[0]).items()]
    wins = next((key for row in rows for key in row if key.startswith("wins over")), None)
    for score in next((row[wins] for row in rows if wins in row), ()):
        by = "PSNR" if score == "psnr" else _HEADS[score].lower()
        columns.append((f"{wins.capitalize()}, {by}", +1, [_win(row.get(wins), score) for row in rows]))
    columns.append(("Time a face, ms", -1, [_time(row) for row in rows]))
    heads = "".join(_head(name, f' data-better="{way}"', "↑" if way > 0 else "↓") for name, way, _ in columns)
    lines = [
        f'<tr><th scope="row">{quoted(row["way"])}</th>{"".join(cells[number] for *_, cells in columns)}</tr>'
        for number, row in enumerate(rows)
    ]
    return f"<table><thead><tr>{_head('Way', ' data-text', '')}{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _head(name: str, data: str, arrow: str) -> str:
    arrow = f'\xa0<span aria-label="{"more" if arrow == "↑" else "less"} is better" role="img">{arrow}</span>' if arrow else ""
    return f'<th scope="col"{data}><button type="button"><span>{quoted(name)}{arrow}</span></button></th>'


def _score(row: dict, score: str, scored: Scored) -> str:
    if row[score]["mean"] is None:
        exact = bool(np.isposinf(scored.scores[score][row["way"]]).all())
        return '<td data-value="1e9">∞</td>' if exact else "<td>–</td>"
    return _cell(row[score], _DIGITS.get(score, 3))


def _win(of: dict | None, score: str) -> str:
    if of is None or of[score]["mean"] is None:
        return "<td>–</td>"
    percents = {"mean": 100 * of[score]["mean"], "interval_95": [100 * end for end in of[score]["interval_95"]]}
    return _cell(percents, 0, " %")


def _time(row: dict) -> str:
    if "seconds" not in row:
        return "<td>–</td>"
    took = 1000 * row["seconds"]["median"]
    return f'<td data-value="{took}">{took:.3g}</td>'


def _cell(of: dict, digits: int, unit: str = "") -> str:
    low, high = of["interval_95"]
    return f'<td data-value="{of["mean"]}">{of["mean"]:.{digits}f}{unit}<small>{low:.{digits}f} to {high:.{digits}f}</small></td>'


def _cases(cases: Sequence[Case]) -> str:
    parts = []
    for way, members in itertools.groupby(cases, lambda case: case.way):
        rows = []
        for case in members:
            made, said = case.made, f"{way}, {case.rank}"
            itself = made.answer is made.target  # then one picture says both
            pictures = {"source": made.source, "target, the answer" if itself else "target": made.target, "result": made.results[way]}
            pictures |= {} if itself else {"answer": made.answer}
            rows.append(f"<h4>{case.rank.capitalize()}: {case.value:.1f} dB</h4>{_pictures(pictures, said)}")
        parts.append(f"<section><h3>{quoted(way)}</h3>{''.join(rows)}</section>")
    return f'<h2>The best, the median and the worst case of each way, by PSNR</h2><div class="cases">{"".join(parts)}</div>'


def _strangers(strangers: Sequence[Swapped]) -> str:
    parts = []
    for number, made in enumerate(strangers, start=1):
        pictures = {"source": made.source, "target": made.target} | made.results
        parts.append(f"<section><h3>Pair {number}</h3>{_pictures(pictures, f'pair {number}')}</section>")
    return f'<h2>The pairs</h2><div class="strangers">{"".join(parts)}</div>'


def _pictures(pictures: dict[str, np.ndarray], said: str) -> str:
    figures = "".join(
        f"<figure>{pages.image(pages.jpeg(picture, _QUALITY), f'{said}: {name}')}<figcaption>{quoted(name)}</figcaption></figure>"
        for name, picture in pictures.items()
    )
    return f'<div class="row">{figures}</div>'


_STYLE = """
main { max-width: 90rem }
h1 { font-size: 1.5rem; margin: 0 0 0.5rem }
h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem }
h3 { font-size: 1.05rem; margin: 1rem 0 0.2rem }
h4 { font-size: 0.9rem; font-weight: normal; color: var(--soft); margin: 0.4rem 0 0.15rem }
p { max-width: 60rem; margin: 0.4rem 0 }
code { font-size: 0.85rem; overflow-wrap: anywhere }
.wide { overflow-x: auto; margin: 1rem 0 }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { padding: 0.3rem 0.7rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; vertical-align: top }
th:first-child { position: sticky; left: 0; background: var(--page); text-align: left; font-weight: normal; white-space: normal }
thead th { padding: 0; vertical-align: bottom }
thead button { display: flex; align-items: end; justify-content: end; width: 100%; padding: 0.3rem 0.7rem }
thead button { border: 0; border-radius: 0; background: none; text-align: inherit; font-weight: 600 }
thead th:first-child button { justify-content: start }
thead th:not(:first-child) button { white-space: normal; min-width: 6rem }
thead [aria-sort] button { background: var(--raised) }
thead [aria-sort] button > span::after { content: " ▾" }
thead [aria-sort=ascending] button > span::after { content: " ▴" }
td small { display: block; color: var(--soft); font-size: 0.75rem }
.cases { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); gap: 0 2rem }
.cases .row { display: grid; grid-template-columns: repeat(4, minmax(0, 9rem)); gap: 0.3rem }
.strangers .row { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)); gap: 0.5rem 0.3rem }
.row img { width: 100% }
figcaption { font-size: 0.75rem; overflow-wrap: anywhere }
"""

_SCRIPT = """
const body = document.querySelector('tbody'), heads = [...document.querySelectorAll('thead th')];
heads.forEach((head, column) => head.firstElementChild.addEventListener('click', () => {
  const text = 'text' in head.dataset, best = text ? 'ascending' : head.dataset.better > 0 ? 'descending' : 'ascending';
  const other = best === 'ascending' ? 'descending' : 'ascending';
  const order = head.getAttribute('aria-sort') === best ? other : best;
  heads.forEach(one => one.removeAttribute('aria-sort'));
  head.setAttribute('aria-sort', order);
  const sign = order === 'ascending' ? 1 : -1, value = row => Number(row.cells[column].dataset.value ?? NaN);
  const rows = [...body.rows].sort((one, two) => {
    if (text) return sign * one.cells[0].textContent.localeCompare(two.cells[0].textContent);
    const ours = value(one), theirs = value(two);
    return isNaN(ours) - isNaN(theirs) || (isNaN(ours) ? 0 : sign * (ours - theirs)); // what has no number comes last
  });
  body.append(...rows);
}));
"""
