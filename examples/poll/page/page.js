// The page: question and answers at their picture's time, live results, one's own last answers. Everything that
// comes from elsewhere is put into the page as text, never as markup.
import { people, readPoll, rows } from './poll.js';
import { questionOf, rememberQuestion, voterId } from './memory.js';

const byId = (id) => document.getElementById(id);
const parts = Object.fromEntries(
  ['player', 'trouble', 'question', 'hint', 'answers', 'said', 'total', 'history', 'no-history']
    .map((id) => [id, byId(id)]));
const voter = voterId();

let settings;
let poll = null;
let results = null; // the stream of the poll that is shown
let counts = { responses: {}, total: 0 };
let mine = null; // the answer that the server has, or is about to have
let history = [];

/** An element with text in it; text of any direction keeps to itself. */
function element(name, { className, text } = {}) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) {
    made.textContent = text;
    made.dir = 'auto';
  }
  return made;
}

async function ask(route, body) {
  const response = await fetch(`${settings.results}/${route}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (response.status === 429) throw new Error('Too many people answer at once. Try again in a moment.');
  const answer = await response.json();
  if (answer.state !== 'success') throw new Error('The answer was not taken. Try again.');
  return answer;
}

function say(text, failed = false) {
  parts.said.textContent = text;
  parts.said.classList.toggle('failed', failed);
}

// Buttons stay where they are while figures change, so that focus and fingers do.
function drawAnswers() {
  const answered = mine !== null;
  const list = rows(poll.answers, counts.responses, counts.total).filter((row) => row.offered || answered);
  list.forEach((row, i) => {
    let item = parts.answers.children[i];
    if (!item) {
      item = element('li');
      const made = element('button', { className: 'answer' });
      made.type = 'button';
      const key = element('kbd');
      key.setAttribute('aria-hidden', 'true');
      made.append(element('span', { className: 'share' }), key, element('span', { className: 'words' }),
        element('span', { className: 'figure' }));
      made.addEventListener('click', () => vote(made.dataset.answer));
      item.append(made);
      parts.answers.append(item);
    }
    const [button] = item.children;
    const [share, key, words, figure] = button.children;
    if (button.dataset.answer !== row.answer) {
      button.dataset.answer = row.answer;
      words.textContent = row.answer;
      words.dir = 'auto';
    }
    button.disabled = !row.offered;
    key.textContent = row.offered ? String(i + 1) : '·';
    button.setAttribute('aria-pressed', String(row.answer === mine));
    button.classList.toggle('right', answered && row.answer === poll.right);
    share.style.width = `${answered ? row.percent : 0}%`;
    figure.textContent = answered ? `${row.percent} %` : '';
  });
  while (parts.answers.children.length > list.length) parts.answers.lastElementChild.remove();
  parts.total.hidden = counts.total === 0;
  parts.total.textContent = counts.total === 1 ? '1 answer so far' : `${people(counts.total)} answers so far`;
}

function drawHistory() {
  parts['no-history'].hidden = history.length > 0;
  parts.history.hidden = history.length === 0;
  parts.history.replaceChildren(...history.map(([id, answer]) => {
    const item = element('li');
    item.append(element('span', { text: questionOf(id) ?? `Poll ${id}` }),
      element('span', { className: 'mine', text: answer }));
    return item;
  }));
}

async function loadHistory() {
  const { items } = await ask('requestor-get', { requestor_id: voter });
  history = Object.entries(items);
  if (poll && mine === null && Object.hasOwn(items, poll.id)) {
    mine = items[poll.id];
    drawAnswers();
  }
  drawHistory();
}

async function vote(answer) {
  const asked = poll;
  const before = mine;
  if (answer === mine) return;
  mine = answer; // at once; taken back if it fails
  say('');
  drawAnswers();
  try {
    await ask('requestor-put', { requestor_id: voter, poll_id: asked.id, type: 'answer', response: answer });
    if (poll?.id === asked.id) say('Thank you. You may change your answer until the next question.');
    await loadHistory();
  } catch (error) {
    if (poll?.id !== asked.id) return;
    mine = before;
    drawAnswers();
    say(error instanceof TypeError ? 'The server cannot be reached. Try again.' : error.message, true);
  }
}

// The server sends counts when they change, and only counts: the same few octets for any number of voters.
function follow(id) {
  results?.close();
  results = new EventSource(`${settings.results}/poll-live?poll_id=${encodeURIComponent(id)}`);
  results.addEventListener('message', ({ data }) => {
    const update = JSON.parse(data);
    if (poll?.id !== update.poll_id) return;
    counts = update;
    drawAnswers();
  });
}

function show(next) {
  rememberQuestion(next.id, next.question);
  const isNew = poll?.id !== next.id;
  poll = next;
  if (isNew) {
    counts = { responses: {}, total: 0 };
    mine = history.find(([id]) => id === next.id)?.[1] ?? null;
    say('');
    parts.answers.replaceChildren();
    follow(next.id);
  }
  parts.question.textContent = next.question;
  parts.hint.hidden = true;
  parts.answers.hidden = false;
  drawAnswers();
  drawHistory();
}

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest?.('input, textarea, select')) return;
  const button = /^[1-9]$/.test(event.key) && parts.answers.children[Number(event.key) - 1]?.firstElementChild;
  if (button && !button.disabled) button.click();
}

function fail(text) {
  parts.trouble.textContent = text;
  parts.trouble.hidden = false;
}

async function start() {
  settings = await (await fetch('/config.json')).json();
  try {
    await import(settings.playerScript);
  } catch {
    fail('The video server cannot be reached. Load the page again when it runs.');
    return;
  }
  parts.player.addEventListener('rostrum-metadata', ({ detail }) => {
    const next = readPoll(detail.text);
    if (next) show(next);
  });
  document.addEventListener('keydown', onKey);
  parts.player.setAttribute('src', settings.playbackUrl);
  await loadHistory().catch(() => {}); // it comes with the next answer
}

void start();
