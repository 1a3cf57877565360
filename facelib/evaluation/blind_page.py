"""A page on which people judge results without knowing whose they are: a file of HTML that works offline, by keys alone or by touch.

A trial shows source and target all the time, and the results under letters. Each result gets a verdict; then the letters are ranked. The
page keeps what was said, and saves it as the file that `facelib.evaluation.verdicts` reads. It holds letters only: no name of a method is
in it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from facelib import pages
from facelib.evaluation import verdicts
from facelib.evaluation.blind import LETTERS
from facelib.evaluation.blind_pairs import Seen
from facelib.figures.page import quoted

QUALITY = 92  # of the JPEGs: what it costs must not be taken for a blend's fault
KEYS = dict(zip("mecrhslpio", verdicts.CLASSES, strict=True))  # h for hair: c is the colour


@dataclass(frozen=True)
class ShownPair:
    """A pair's pictures as `facelib.pages.jpeg` gives them."""

    source: str
    target: str
    results: dict[str, str]  # by what stands behind the letters


def shown(pair: Seen, names: Collection[str]) -> ShownPair:
    """A pair's pictures as the page holds them, with the results of these names."""
    source, target = (pages.jpeg(picture, QUALITY) for picture in (pair.source, pair.target))
    return ShownPair(source, target, {name: pages.jpeg(pair.results[name], QUALITY) for name in sorted(names)})


def page(trials: Sequence[tuple[ShownPair, Sequence[str]]], study: str) -> str:
    """The page, as HTML.

    Parameters
    ----------
    trials : sequence of (ShownPair, sequence of str)
        A pair for each trial, and its results in the trial's order.
    study : str
        The `id` that every file of answers repeats.

    Returns
    -------
    str
        All in one: it asks nothing of the network. The pictures take most of it.
    """
    pictures: dict[str, int] = {}  # each once, however often it is shown
    rows = [
        {
            "source": pictures.setdefault(pair.source, len(pictures)),
            "target": pictures.setdefault(pair.target, len(pictures)),
            "results": [pictures.setdefault(pair.results[one], len(pictures)) for one in results],
        }
        for pair, results in trials
    ]
    classes = [{"key": key, "name": name, "what": verdicts.CLASSES[name]} for key, name in KEYS.items()]
    data = {"kind": verdicts.KIND, "study": study, "letters": LETTERS, "classes": classes, "trials": rows, "pictures": list(pictures)}
    body = f"""<main>
<h1 id="question">{quoted(verdicts.QUESTION)}</h1>
<noscript><p>This page needs scripts, which are switched off in this browser.</p></noscript>
<div class="scripted">
<section id="trial" tabindex="-1" aria-labelledby="question"><div id="given"></div><div id="results"></div></section>
<section id="end" tabindex="-1" hidden><h2>That was the last one. Thank you!</h2>
<p>Save your answers, and send the file to whoever gave you this page.</p></section>
<div id="ask"><p id="prompt" role="status"></p><div id="choices" role="group" aria-labelledby="prompt"></div></div>
<div id="steps"><button type="button" id="back"><kbd aria-hidden="true">⌫</kbd> Back</button>
<progress id="bar" max="{len(trials)}" value="0" aria-label="trials answered"></progress><span id="count"></span></div>
<details><summary>How to judge, and all keys</summary>{_HELP}</details>
<form id="saving"><label>Your name or a nickname, if you like <input id="rater" autocomplete="off" maxlength="40"></label>
<button type="submit" id="save">Save answers</button></form>
<details id="copy"><summary>If saving does not work here</summary>
<label>Copy this text into a file instead<textarea id="text" readonly rows="6"></textarea></label></details>
<p id="again" hidden><button type="button" id="anew">Start anew, for another person</button></p>
</div>
<div id="large" hidden></div>
</main>
<script type="application/json" id="data">{pages.script_data(data)}</script>
<script>{_SCRIPT}</script>"""
    return pages.document("Swapped faces: what do you see?", body, _STYLE)


_HELP = """<p>Each result should show the source’s face on the target’s head. <b>Accept</b>: nothing disturbs. <b>Flaw</b>: it passes at a
glance, but something is wrong when one looks. <b>Fail</b>: anybody sees at once that it is wrong. For flaw and fail, choose the main thing
that is wrong. Then name the letters from best to worst; those that you do not name share the last place.</p>
<p>1, 2 and 3 are accept, flaw and fail; one letter is the kind of flaw; a result’s letter ranks it; Enter ends the trial; Backspace goes
one step back; the space bar shows the result in question as large as the window, and once more the target in its place.</p>"""

_STYLE = """
main { max-width: 120rem }
h1 { font-size: 1.1rem; margin: 0 0 0.6rem }
#trial { display: grid; grid-template-columns: minmax(12rem, 21%) 1fr; gap: 1rem; align-items: start; outline: 0 }
#given { position: sticky; top: 0.5rem; display: grid; gap: 0.4rem }
#given img { width: 100%; max-width: min(100%, 40vh) }
#results { display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)) }
#results figure { scroll-margin: 0.5rem 0 11rem }
#results img { cursor: zoom-in; border: 4px solid transparent; max-width: min(100%, 78vh) }
#results .now img { border-color: var(--accent) }
figcaption { font-size: 0.95rem }
figcaption b { color: var(--text); font-size: 1.15rem; margin-right: 0.3rem }
#ask { position: sticky; bottom: 0; z-index: 3; margin-top: 0.6rem; padding: 0.5rem 0; background: var(--page) }
#ask { border-top: 1px solid var(--line) }
#prompt { margin: 0 0 0.4rem; font-weight: 600 }
#choices { display: flex; flex-wrap: wrap; gap: 0.4rem }
#choices button { min-height: 2.75rem; padding: 0.3rem 0.8rem; text-align: left }
#choices button[aria-pressed=true] { background: var(--accent); color: var(--page); border-color: var(--accent) }
#choices small { opacity: 0.75; margin-left: 0.3rem }
#choices kbd { display: inline-block; min-width: 1.2em; font-weight: 700; opacity: 1; color: var(--accent) }
#choices [aria-pressed=true] kbd { color: inherit }
#end { text-align: center; padding: 2rem 0; outline: 0 }
#end h2 { font-size: 1.1rem }
#steps, #saving { display: flex; gap: 0.6rem; align-items: center; justify-content: center; flex-wrap: wrap; margin: 0.8rem 0 }
#saving label { display: flex; flex-wrap: wrap; gap: 0.3rem 0.6rem; align-items: center; justify-content: center }
#rater { width: 10rem }
summary { min-height: 2.75rem; padding: 0.6rem 0; cursor: pointer }
#copy label { display: block }
#text { display: block; width: 100%; font: 0.8rem monospace }
#again { text-align: center }
#large { position: fixed; inset: 0; z-index: 2; display: grid; justify-items: center; background: var(--page); cursor: zoom-out }
#large img { width: min(100vw, 100vh - 11rem); height: min(100vw, 100vh - 11rem); max-width: none }
#large p { position: fixed; left: 0.8rem; top: 0.4rem; margin: 0; padding: 0.2rem 0.6rem; background: var(--page); border-radius: 6px }
@media (hover: none) { #choices kbd, #back kbd { display: none } }
@media (max-width: 700px) {
  body { padding: 0.6rem }
  #trial { display: block }
  #given { top: 0; z-index: 1; grid-template-columns: 28vw 28vw; justify-content: center; background: var(--page); padding: 0.3rem 0 }
  #results { margin-top: 0.4rem }
  #results figure { scroll-margin: calc(28vw + 2.5rem) 0 17rem }
  #choices { gap: 0.3rem }
  #choices button { flex: 1 1 30%; padding: 0.3rem 0.5rem; text-align: center }
  #choices small, #choices kbd { display: none }
}
"""

_SCRIPT = """
const data = JSON.parse(document.getElementById('data').textContent), find = id => document.getElementById(id);
const store = 'facelib-' + data.study, verdicts = ['accept', 'flaw', 'fail'], ordinals = ['best', '2nd', '3rd'];
let answers = data.trials.map(() => ({ verdicts: [], ranking: [], done: false }));
let at = 0, step = 0, half = '', rater = '', own = '', unsaved = false;  // half: flaw or fail whose class is not chosen yet

// What was said survives a page that is closed; where a browser keeps nothing, it does not.
try {
  const kept = JSON.parse(localStorage.getItem(store));
  if (kept) ({ answers, rater, own } = kept);
} catch { }
const somebody = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), byte => byte.toString(16).padStart(2, '0')).join('');
own = own || somebody();
const keep = () => { try { localStorage.setItem(store, JSON.stringify({ answers, rater, own })); } catch { } };

const count = () => data.trials[at].results.length, ended = () => at === data.trials.length, ranks = () => count() > 1;
const record = () => JSON.stringify({
  kind: data.kind, study: data.study, rater: rater || own, saved: new Date().toISOString(),
  answers: answers.flatMap((one, number) => one.done ? [{
    trial: number + 1,
    verdicts: Object.fromEntries(one.verdicts.map((verdict, result) => [data.letters[result], verdict])),
    ranking: one.ranking.map(result => data.letters[result]),
  }] : []),
}, null, 1) + '\\n';

function make(tag, text, more) { return Object.assign(document.createElement(tag), { textContent: text || '' }, more); }

function figure(picture, title, alt) {
  const one = make('figure'), caption = make('figcaption');
  caption.append(make('b', title), make('span'));
  one.append(make('img', '', { src: data.pictures[picture], alt }), caption);
  return one;
}

function build() {  // the pictures of a trial, which stay while it is judged
  const trial = data.trials[at];
  find('given').replaceChildren(
    figure(trial.source, 'Source', 'the source: whose face it is'), figure(trial.target, 'Target', 'the target: whose head it is'));
  find('results').replaceChildren(...trial.results.map((picture, result) => {
    const one = figure(picture, data.letters[result], 'result ' + data.letters[result]);
    one.querySelector('img').addEventListener('click', () => enlarge(result));
    return one;
  }));
}

// What can be chosen now: key, name, what it means, whether it is chosen, what happens.
function choices() {
  const said = answers[at];
  if (half) return data.classes.map(one => {
    const verdict = `${half}: ${one.name}`;
    return [one.key, one.name, one.what, said.verdicts[step] === verdict, () => tell(verdict)];
  });
  if (step < count()) return verdicts.map((name, number) => [
    String(number + 1), name, '', (said.verdicts[step] || '').split(':')[0] === name,
    () => { if (number) { half = name; show(); } else tell(name); }]);
  const letters = said.verdicts.map((_, result) => {
    const letter = data.letters[result];
    return [letter, letter, '', said.ranking.includes(result), () => rank(result)];
  });
  return [...letters, ['Enter', said.ranking.length < count() - 1 ? 'Done: the others share the last place' : 'Done', '', false, finish]];
}

function tell(verdict) {
  answers[at].verdicts[step] = verdict;
  answers[at].done = answers[at].done && answers[at].verdicts.length === count();
  half = '';
  step += 1;
  if (step === count() && !ranks()) finish(); else { unsaved = true; keep(); show(); }
}

function rank(result) {
  const order = answers[at].ranking, place = order.indexOf(result);
  if (place < 0) order.push(result); else order.splice(place, 1);
  unsaved = true;
  keep();
  show();
}

function finish() {
  answers[at].done = true;
  unsaved = true;
  keep();
  go(at + 1, 0);
}

function back() {
  if (!ended() && half) half = '';
  else if (!ended() && step === count() && answers[at].ranking.length) { answers[at].ranking.pop(); keep(); }
  else if (!ended() && step) step -= 1;
  else if (at) return go(at - 1, Infinity);
  show();
}

function go(trial, where) {
  at = trial;
  half = '';
  find('large').hidden = true;
  if (!ended()) { step = Math.min(where, ranks() ? count() : count() - 1); build(); }
  show(true);
}

function show(moved) {
  const over = ended(), done = answers.filter(one => one.done).length;
  for (const id of ['trial', 'ask']) find(id).hidden = over;
  for (const id of ['end', 'again']) find(id).hidden = !over;
  find('back').disabled = !at && !step && !half;
  find('bar').value = done;
  find('count').textContent = over ? `${done} of ${data.trials.length} answered` : `${at + 1} of ${data.trials.length}`;
  find('save').disabled = !done;
  find('save').classList.toggle('now', over);
  find('text').value = '';
  find('copy').open = false;
  if (over) return find('end').focus();
  const said = answers[at], letter = data.letters[step], ranking = step === count();
  find('prompt').textContent = ranking ? 'From best to worst: name the letters, then Enter'
    : half ? `Result ${letter}, ${half}: what is wrong above all?` : `Result ${letter}: accept, flaw or fail?`;
  find('choices').replaceChildren(...choices().map(([key, name, what, chosen, act]) => {
    const button = make('button', '', { type: 'button', onclick: act });
    if (key !== name) button.append(make('kbd', key === 'Enter' ? '⏎' : key, { ariaHidden: 'true' }), ' ');
    button.append(make('span', name[0].toUpperCase() + name.slice(1)));
    if (what) button.append(make('small', what));
    if (key !== 'Enter') button.setAttribute('aria-pressed', String(chosen));
    return button;
  }));
  [...find('results').children].forEach((one, result) => {
    const place = said.ranking.indexOf(result);
    one.classList.toggle('now', result === step);
    const ranked = place < 0 ? '' : ordinals[place] || `${place + 1}th`;
    one.querySelector('span').textContent = [said.verdicts[result], ranked].filter(Boolean).join(', ');
  });
  if (!find('large').hidden) enlarge(step < count() ? step : -1);
  if (moved || document.activeElement === document.body) find('trial').focus({ preventScroll: true });
  find('results').children[ranking ? 0 : step].scrollIntoView({ block: 'nearest' });
}

function enlarge(result, target) {
  const large = find('large'), trial = data.trials[at];
  large.hidden = result < 0;
  if (large.hidden) return;
  const picture = target ? trial.target : trial.results[result], name = target ? 'Target' : 'Result ' + data.letters[result];
  large.dataset.target = target ? '1' : '';
  large.replaceChildren(make('img', '', { src: data.pictures[picture], alt: name + ', large' }), make('p', name));
}

find('large').addEventListener('click', () => { find('large').hidden = true; });
find('back').addEventListener('click', back);
find('rater').value = rater;
find('rater').addEventListener('input', event => { rater = event.target.value.trim(); keep(); });
find('anew').addEventListener('click', () => {
  if (unsaved && !confirm('The answers are not saved yet. Start anew all the same?')) return;
  answers = data.trials.map(() => ({ verdicts: [], ranking: [], done: false }));
  rater = find('rater').value = '';
  own = somebody();
  unsaved = false;
  keep();
  go(0, 0);
});
find('copy').addEventListener('toggle', event => { if (event.target.open) find('text').value = record(); });
find('saving').addEventListener('submit', event => {
  event.preventDefault();
  const link = document.createElement('a'), address = URL.createObjectURL(new Blob([record()], { type: 'application/json' }));
  link.href = address;
  link.download = `verdicts-${data.study.slice(0, 6)}-${(rater || own).replace(/[^\\w-]+/g, '_')}.json`;
  link.click();
  unsaved = false;
  setTimeout(() => URL.revokeObjectURL(address), 60000);
});
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.target.closest('input, textarea')) return;
  if ((event.key === 'Enter' || event.key === ' ') && event.target.closest('button, summary')) return;  // the browser presses it
  const found = !ended() && choices().find(([key]) => key.toLowerCase() === event.key.toLowerCase()), large = find('large');
  if (found) found[4]();
  else if (event.key === 'Backspace') back();
  else if (event.key === ' ' && !ended() && step < count()) enlarge(large.hidden || !large.dataset.target ? step : -1, !large.hidden);
  else if (event.key === 'Escape' && !large.hidden) large.hidden = true;
  else return;
  event.preventDefault();
});
const open = answers.findIndex(one => !one.done);
go(open < 0 ? answers.length : open, 0);
if (!ended()) { step = Math.min(answers[at].verdicts.filter(Boolean).length, ranks() ? count() : count() - 1); show(); }
"""
