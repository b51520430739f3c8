// Asks for the lists every few seconds and shows them; plays what is chosen.
const element = (id) => document.getElementById(id);
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function duration(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

function make(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function play(row) {
  const place = element('watching');
  place.querySelector('rostrum-player')?.remove();
  element('watching-title').textContent = row.name || 'Broadcast';
  const player = document.createElement('rostrum-player');
  player.setAttribute('autoplay', '');
  player.setAttribute('src', row.playbackUrl);
  place.append(player);
  place.hidden = false;
  place.scrollIntoView({ block: 'start' });
}

function card(row, isLive) {
  const button = make('button', '');
  button.type = 'button';
  button.disabled = row.playbackUrl === undefined;
  if (row.thumbnailUrl) {
    const still = make('img', 'still');
    still.src = row.thumbnailUrl;
    still.alt = '';
    still.loading = 'lazy';
    button.append(still);
  }
  const words = make('span', 'words');
  if (isLive) words.append(make('span', 'live-word', 'LIVE'));
  words.append(make('strong', '', row.name || 'Broadcast'));
  const when = dates.format(new Date(row.startedAt ?? row.createdAt));
  words.append(make('span', 'quiet', isLive ? `since ${when}` : `${when} · ${duration(row.recording.durationMs)}`));
  button.append(words);
  button.addEventListener('click', () => play(row));
  const item = make('li', '');
  item.append(button);
  return item;
}

let shown = '';

async function refresh() {
  try {
    const response = await fetch('/broadcasts.json');
    const text = await response.text();
    if (!response.ok) throw new Error(response.statusText);
    element('trouble').hidden = true;
    // What has not changed keeps its focus and its pictures.
    if (text === shown) return;
    shown = text;
    const { live, past } = JSON.parse(text);
    element('live').replaceChildren(...live.map((row) => card(row, true)));
    element('past').replaceChildren(...past.map((row) => card(row, false)));
    element('no-live').hidden = live.length > 0;
    element('no-past').hidden = past.length > 0;
  } catch {
    element('trouble').textContent = 'The list cannot be read just now. It comes back by itself.';
    element('trouble').hidden = false;
  } finally {
    setTimeout(refresh, 2000);
  }
}

const { playerScript } = await (await fetch('/config.json')).json();
await import(playerScript);
await refresh();
