// Two ways to open the same channel: the bare address, and the address with a token from /sign.
const byId = (id) => document.getElementById(id);
const player = byId('player');

/** Settings, once the player is there, too. Buttons work from the beginning and wait for it. */
const ready = (async () => {
  const settings = await (await fetch('/config.json')).json();
  await import(settings.playerScript);
  return settings;
})();

/** One sentence, and facts as name and text; everything as text. */
function tell(sentence, refused, facts = {}) {
  byId('outcome').textContent = sentence;
  byId('outcome').classList.toggle('refused', refused);
  const entries = Object.entries(facts);
  byId('facts').hidden = entries.length === 0;
  byId('facts').replaceChildren(...entries.flatMap(([name, value]) => {
    const term = document.createElement('dt');
    const text = document.createElement('dd');
    term.textContent = name;
    text.textContent = value;
    return [term, text];
  }));
}

/** What a token says, for the page to show; only the server can tell whether it is genuine. */
function claimsOf(token) {
  const [, payload] = token.split('.');
  return JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
}

/** Asks for the playlist itself, because a player does not tell why it was refused. */
async function explain(url) {
  const response = await fetch(url, { cache: 'no-store' });
  if (response.status !== 403) return response.status;
  const [refusal] = await response.json();
  tell('Refused with status 403.', true, { Reason: refusal.error, Code: refusal.error_code });
  return 403;
}

async function play(url, facts) {
  player.setAttribute('src', '');
  player.setAttribute('src', url);
  const status = await explain(url);
  if (status === 200) tell('The token is good: the picture follows.', false, facts);
  else if (status === 404) tell('The token is good, but nobody broadcasts yet. The picture appears by itself.', false, facts);
  else if (status !== 403) tell(`The server answers with status ${status}.`, true);
}

async function guarded(action) {
  try {
    await action();
  } catch {
    tell('The server cannot be reached.', true);
  }
}

byId('without').addEventListener('click', () => guarded(async () => {
  const { playbackUrl } = await ready;
  await play(playbackUrl);
}));

byId('with').addEventListener('click', () => guarded(async () => {
  const { playbackUrl, signUrl } = await ready;
  const { token } = await (await fetch(signUrl)).json();
  const claims = claimsOf(token);
  await play(`${playbackUrl}?token=${encodeURIComponent(token)}`, {
    Channel: claims['aws:channel-arn'],
    'Good until': new Date(claims.exp * 1000).toLocaleString(),
  });
}));
