"""A page on which people compare results without knowing whose they are: a file of HTML that works offline, by keys and by touch.

Two results of one pair stand side by side, in random order, beside the source and the target. The page keeps what was chosen, and saves
it as the small file that `facelib.evaluation.preferences` reads. Which result was on the left stands in the page as data and is not shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from facelib import pages
from facelib.evaluation import preferences
from facelib.evaluation.blind import Shown
from facelib.figures.page import quoted

QUESTION = "Which result looks more like a real photograph of the source’s face on the target’s head?"
_QUALITY = 90  # of the JPEGs: what it costs must not be taken for a blend's fault


def page(shown: Sequence[Shown], study: dict, question: str = QUESTION) -> str:
    """The page, as HTML.

    Parameters
    ----------
    shown : sequence of Shown
    study : dict
        What the comparisons are of: it comes again in every file that the page saves, with an `id` that tells pages apart.
    question : str
        What raters are asked.

    Returns
    -------
    str
        All in one: it asks nothing of the network. The comparisons' pictures take most of it.
    """
    pictures = [
        {part: pages.jpeg(getattr(one, part), _QUALITY) for part in ("source", "target", "left", "right")} | {"names": one.names}
        for one in shown
    ]
    digest = hashlib.sha256(json.dumps([study, pictures]).encode()).hexdigest()[:16]
    data = {
        "kind": preferences.KIND,
        "study": {**study, "question": question, "id": digest},
        "names": [one.names for one in shown],
    }
    sections = "".join(_section(number, len(shown), one) for number, one in enumerate(pictures))
    body = f"""<main>
<h1>Which of the two?</h1>
<p class="scripted" id="question">{quoted(question)}</p>
<noscript><p>This page needs scripts, which are switched off in this browser.</p></noscript>
<div class="scripted">
{sections}
<div id="choices" role="group" aria-labelledby="question">
<button type="button" value="left"><kbd aria-hidden="true">←</kbd> Left</button>
<button type="button" value="equal">Equal <kbd aria-hidden="true">↓</kbd></button>
<button type="button" value="right">Right <kbd aria-hidden="true">→</kbd></button>
</div>
<section id="end" tabindex="-1" hidden><h2>That was the last one. Thank you!</h2>
<p>Save your choices, and send the file to whoever gave you this page.</p></section>
<div id="steps"><button type="button" id="back"><kbd aria-hidden="true">⌫</kbd> Back</button>
<progress id="bar" max="{len(shown)}" value="0" aria-label="comparisons made"></progress>
<span id="count" role="status"></span></div>
<form id="saving"><label>Your name or a nickname, if you like <input id="rater" autocomplete="off" maxlength="40"></label>
<button type="submit" id="save">Save choices</button></form>
<details id="copy"><summary>If saving does not work here</summary>
<label>Copy this text into a file instead<textarea id="text" readonly rows="6"></textarea></label></details>
<p id="again" hidden><button type="button" id="anew">Start anew, for another person</button></p>
</div>
</main>
<script type="application/json" id="data">{pages.script_data(data)}</script>
<script>{_SCRIPT}</script>"""
    return pages.document("Which of the two?", body, _STYLE)


def _section(number: int, count: int, pictures: dict) -> str:
    def figure(part: str, said: str) -> str:
        return f'<figure class="{part}">{pages.image(pictures[part], said)}<figcaption>{part.capitalize()}</figcaption></figure>'

    given = figure("source", "the source: whose face it is") + figure("target", "the target: whose head it is")
    results = figure("left", "the left result") + figure("right", "the right result")
    return f"""<section class="comparison" aria-label="Comparison {number + 1} of {count}" tabindex="-1" hidden>
<div class="given">{given}</div><div class="results">{results}</div></section>
"""


_STYLE = """
main { max-width: 60rem; --given: min(20vh, 11rem) }
h1 { font-size: 1.2rem; margin: 0 }
#question { margin: 0.2rem 0 0.6rem }
.comparison { display: flex; gap: 1.5rem; justify-content: center; align-items: center; outline: 0 }
.given, .results { display: flex; gap: 0.5rem }
.given { flex-direction: column }
.given img { width: var(--given) }
.results img { width: min(44vh, 24rem); min-width: 12rem; cursor: pointer }
.chosen img { outline: 4px solid var(--accent); outline-offset: -1px }
figcaption { text-align: center }
#choices { display: flex; gap: 0.5rem; justify-content: center; margin: 0.8rem 0 0.8rem calc(var(--given) + 1.5rem) }
#choices button { flex: 1; max-width: 14rem; min-height: 3rem; font-size: 1.05rem }
#choices button[aria-pressed=true] { background: var(--accent); color: var(--page); border-color: var(--accent) }
#end { text-align: center; padding: 2rem 0; outline: 0 }
#end h2 { font-size: 1.1rem }
#steps, #saving { display: flex; gap: 0.6rem; align-items: center; justify-content: center; flex-wrap: wrap; margin: 0.8rem 0 }
#count { min-width: 5rem }
#saving label { display: flex; flex-wrap: wrap; gap: 0.3rem 0.6rem; align-items: center; justify-content: center }
#rater { width: 10rem }
#copy, #again { text-align: center }
#copy label { display: block; text-align: left }
#text { display: block; width: 100%; font: 0.8rem monospace }
@media (hover: none) { kbd { display: none } }
@media (max-width: 700px) {
  kbd { display: none }
  #choices { margin-left: 0 }
  .comparison:not([hidden]) { display: block }
  .given { flex-direction: row; justify-content: center; margin-bottom: 0.5rem }
  .given img { width: 28vw }
  .results { gap: 0.3rem }
  .results figure { flex: 1 }
  .results img { width: 100%; min-width: 0 }
}
"""

_SCRIPT = """
const data = JSON.parse(document.getElementById('data').textContent), find = id => document.getElementById(id);
const shown = [...document.querySelectorAll('.comparison')], buttons = [...document.querySelectorAll('#choices button')];
const key = 'facelib-' + data.study.id, sides = ['left', 'equal', 'right'];
let at = 0, choices = Array(shown.length).fill(null), rater = '', own = '', unsaved = false;

// What was chosen survives a page that is closed; where a browser keeps nothing, it does not.
try {
  const kept = JSON.parse(localStorage.getItem(key));
  if (kept) ({ choices, rater, own } = kept);
} catch { }
const somebody = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), byte => byte.toString(16).padStart(2, '0')).join('');
own = own || somebody();
const keep = () => { try { localStorage.setItem(key, JSON.stringify({ choices, rater, own })); } catch { } };

const record = () => JSON.stringify({
  kind: data.kind, study: data.study, rater: { id: own, name: rater }, saved: new Date().toISOString(),
  choices: choices.map((choice, number) => ({ number, left: data.names[number][0], right: data.names[number][1], choice }))
    .filter(one => one.choice),
}, null, 1) + '\\n';

function show(number, focus) {
  at = Math.max(0, Math.min(number, shown.length));
  shown.forEach((one, index) => { one.hidden = index !== at; });
  const ended = at === shown.length, done = choices.filter(Boolean).length;
  find('end').hidden = !ended;
  find('again').hidden = !ended;
  find('choices').hidden = ended;
  find('question').hidden = ended;
  find('back').disabled = at === 0;
  find('bar').value = done;
  find('count').textContent = ended ? `${done} of ${shown.length} made` : `${at + 1} of ${shown.length}`;
  find('save').disabled = !done;
  find('save').classList.toggle('now', ended);
  find('text').value = '';
  find('copy').open = false;
  for (const button of buttons) button.setAttribute('aria-pressed', String(choices[at] === button.value));
  for (const side of ['left', 'right'])
    if (!ended) shown[at].querySelector('.' + side).classList.toggle('chosen', choices[at] === side);
  if (focus) (ended ? find('end') : shown[at]).focus({ preventScroll: true });
}

function choose(side) {
  if (at === shown.length) return;
  choices[at] = side;
  unsaved = true;
  keep();
  show(at + 1, true);
}

buttons.forEach(button => button.addEventListener('click', () => choose(button.value)));
shown.forEach(one => ['left', 'right'].forEach(side => one.querySelector(`.${side} img`).addEventListener('click', () => choose(side))));
find('back').addEventListener('click', () => show(at - 1, true));
find('rater').value = rater;
find('rater').addEventListener('input', event => { rater = event.target.value.trim(); keep(); });
find('anew').addEventListener('click', () => {
  if (unsaved && !confirm('The choices are not saved yet. Start anew all the same?')) return;
  choices.fill(null);
  rater = find('rater').value = '';
  own = somebody();
  unsaved = false;
  keep();
  show(0, true);
});
find('copy').addEventListener('toggle', event => { if (event.target.open) find('text').value = record(); });
find('saving').addEventListener('submit', event => {
  event.preventDefault();
  const link = document.createElement('a'), address = URL.createObjectURL(new Blob([record()], { type: 'application/json' }));
  link.href = address;
  link.download = `preferences-${data.study.id.slice(0, 6)}-${(rater || own).replace(/[^\\w-]+/g, '_')}.json`;
  link.click();
  unsaved = false;
  setTimeout(() => URL.revokeObjectURL(address), 60000);
});
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest('input, textarea')) return;
  const side = { ArrowLeft: 'left', ArrowRight: 'right', ArrowDown: 'equal', '=': 'equal' }[event.key];
  if (side && at < shown.length) choose(side);
  else if (event.key === 'Backspace') show(at - 1, true);
  else return;
  event.preventDefault();
});
const open = choices.indexOf(null);
show(open < 0 ? shown.length : open, false);
"""
