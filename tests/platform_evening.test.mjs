// An evening on the live platform: going live from an encoder, being found, watched, talked to and voted with, on desktops, phones and in Firefox.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf } from './support/browser.mjs';
import { isHere as hasFirefox, openFirefox } from './support/firefox.mjs';
import { get, parseMultivariant, variantUrl } from './support/hls.mjs';
import { administratorOf, register, startPlatform, streamOf, Visitor } from './support/platform.mjs';
import { desktop, openRoom, phone } from './support/platform_page.mjs';
import { eventually, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';

const picture = () => source({ seconds: 400, size: '320x180', fps: 30, gop: 1 });
const playing = (page) => page.waitForFunction(() => document.querySelector('rostrum-player')?.video?.currentTime > 0.5, undefined, { timeout: 25_000 });

/** A person whose picture is on: {person, stream, publisher}. */
async function goOn(t, server, name) {
  const person = await register(server, name);
  const stream = await streamOf(person);
  const publisher = publishWithFfmpeg(t, stream.publishUrl, picture());
  await eventually(20_000, `${name} to be live`, async () => (await person.must('GET', `/channels/${name}`)).live, server.output);
  return { person, stream, publisher };
}

const say = async (page, words) => {
  const field = page.getByRole('combobox', { name: 'Say something' });
  await field.fill(words);
  await field.press('Enter');
};
const hears = (page, words) => page.getByRole('log').getByRole('article').filter({ hasText: words }).first().waitFor();

test('going live by the guide, and being found, watched and talked to', async (t) => {
  const server = await startPlatform(t);
  const sit = await openRoom(t, server);
  const ida = await register(server, 'ida.live');
  const manager = await sit(ida, '/manager');
  await manager.getByRole('heading', { name: 'Go live' }).waitFor();
  assert.deepEqual(await faultsOf(manager), []);
  const stream = await streamOf(ida);
  await ida.must('PATCH', '/me/channel', { title: 'Bread, slowly', category: 'Cooking' });
  const visitor = await sit(null, '/', phone);
  await visitor.getByText('The stage is free').waitFor();

  const publisher = publishWithFfmpeg(t, stream.publishUrl, picture());
  await manager.getByText('You are live.').first().waitFor({ timeout: 30_000 });
  await manager.getByText(/Mbit\/s|kbit\/s/).first().waitFor({ timeout: 30_000 });
  // The directory shows it by itself; a phone follows the card to the picture.
  const card = visitor.getByRole('link', { name: /ida\.live/ }).first();
  await card.waitFor({ timeout: 30_000 });
  await visitor.goto(`${server.http}/ida.live`);
  await playing(visitor);
  await visitor.getByText('Bread, slowly').first().waitFor();
  assert.deepEqual(await faultsOf(visitor), []);

  // Two people talk; a visitor reads along.
  const otto = await register(server, 'otto');
  const other = await sit(otto, '/IDA.live');
  await playing(other);
  await say(other, 'Good evening <b>all</b> &amp;');
  await hears(manager, 'Good evening <b>all</b> &amp;');
  await hears(visitor, 'Good evening');
  await say(manager, 'Welcome, otto');
  await hears(other, 'Welcome, otto');
  assert.equal(await visitor.getByRole('combobox', { name: 'Say something' }).count(), 0, 'visitors read only');
  await visitor.getByText('Everyone can read along. To write, sign in.').waitFor();

  // Found by name, title and category.
  for (const words of ['ida', 'bread', 'cooking']) {
    const { channels } = await otto.must('GET', `/search?q=${words}`);
    assert.ok(channels.some(({ name }) => name === 'ida.live'), words);
  }
  const search = await sit(otto, '/search?q=slowly');
  await search.getByText('Bread, slowly').first().waitFor();

  // It ends, and says so; it can be watched again.
  publisher.child.kill('SIGINT');
  await eventually(60_000, 'the end', async () => !(await ida.must('GET', '/channels/ida.live')).live);
  await visitor.getByText('That was it for now').or(visitor.getByText(/Offline/)).first().waitFor({ timeout: 40_000 });
  const past = await eventually(30_000, 'the recording', async () => (await otto.must('GET', '/channels/ida.live/recordings')).recordings[0]);
  assert.equal(past.title, 'Bread, slowly');
  // Whoever is banned finds it nowhere.
  const rude = await register(server, 'rude.one');
  const found = async () => (await rude.must('GET', '/directory')).recent.map(({ id }) => id);
  await eventually(40_000, 'it in the directory', async () => (await found()).includes(past.id));
  await ida.must('PUT', '/channels/ida.live/bans/rude.one', {});
  assert.deepEqual(await found(), []);
  assert.deepEqual((await rude.must('GET', '/channels/ida.live/recordings')).recordings, []);
  const replay = await sit(otto, past.watchUrl);
  await playing(replay);
  // Its chat comes at its time.
  await replay.getByText('Good evening <b>all</b> &amp;').waitFor({ timeout: 60_000 });
  for (const page of [manager, visitor, other, search, replay]) assert.deepEqual(page.problems, []);
});

test('overlays on a second browser, at the picture', async (t) => {
  const server = await startPlatform(t);
  const sit = await openRoom(t, server);
  const { person: judy, publisher } = await goOn(t, server, 'judy');
  const karl = await register(server, 'karl');
  const manager = await sit(judy, '/manager');
  const [viewer, pocket] = [await sit(karl, '/judy'), await sit(null, '/judy', phone)];
  await Promise.all([playing(viewer), playing(pocket)]);

  // A quiz, from the form.
  await manager.getByRole('button', { name: 'Write: Quiz' }).click();
  const form = manager.getByRole('dialog');
  await form.getByLabel('Question').fill('What rises?');
  for (const [i, answer] of ['Bread', 'Stone', 'Rain'].entries()) await form.getByLabel(`Answer ${i + 1}`, { exact: true }).fill(answer);
  await form.getByRole('button', { name: 'Save and start' }).click();
  await manager.getByText('Quiz started').first().waitFor();
  await Promise.all([viewer, pocket].map((page) => page.getByText('What rises?').first().waitFor()));
  assert.deepEqual(await faultsOf(viewer), []);
  await viewer.getByRole('button', { name: /Bread/ }).click();
  await viewer.getByText('Right!').first().waitFor();
  await pocket.getByRole('button', { name: /Stone/ }).click();
  await pocket.getByText(/Not quite. It is .Bread./).first().waitFor();

  // A notice takes its place, a product stays until it is stopped, confetti comes and goes.
  await judy.must('POST', '/me/overlays/notice/start', { data: { title: 'Soon', message: '<img src=x onerror=alert(1)> part two', duration: 30 } });
  await viewer.getByText('<img src=x onerror=alert(1)> part two').first().waitFor();
  await judy.must('POST', '/me/overlays/product/start', { data: { title: 'Proofing basket', price: '$ 19', imageUrl: `${server.http}/none.png`, description: 'Of rattan' } });
  await viewer.getByText('Proofing basket').first().waitFor();
  await viewer.getByRole('button', { name: 'Learn more' }).first().click();
  await viewer.getByRole('dialog').getByText('Of rattan').waitFor();
  await viewer.keyboard.press('Escape');
  await manager.getByRole('button', { name: 'Stop: Product' }).click();
  await viewer.getByText('Proofing basket').first().waitFor({ state: 'hidden' });
  await judy.must('POST', '/me/overlays/celebration/start', {});
  await viewer.locator('canvas').first().waitFor();

  // What cannot be carried is told before the service refuses it.
  const long = await judy.must('POST', '/me/overlays/quiz/check', { data: { question: '漢'.repeat(250), answers: ['a', 'b', 'c'].map((one) => one.repeat(120)), correctAnswerIndex: 0, duration: 15 } });
  assert.ok(long.octets > 0 && long.maxOctets === 1024);
  publisher.child.kill('SIGINT');
  await eventually(60_000, 'the end', async () => !(await judy.must('GET', '/channels/judy')).live);
  const refused = await judy.post('/me/overlays/celebration/start', {});
  assert.deepEqual([refused.status, refused.body.type], [409, 'NotLive']);
  for (const page of [manager, viewer, pocket]) {
    assert.deepEqual(page.problems, []);
    assert.equal(await page.evaluate(() => window.wasRun), undefined);
  }
});

test('a poll: three voters, a tie, a late-comer, and the owner comes back', async (t) => {
  const server = await startPlatform(t);
  const sit = await openRoom(t, server);
  const { person: lena } = await goOn(t, server, 'lena');
  const voters = await Promise.all(['mona', 'nils', 'olga'].map((name) => register(server, name)));
  const pages = await Promise.all(voters.map((voter, i) => sit(voter, '/lena', i === 2 ? phone : desktop)));
  await Promise.all(pages.map(playing));
  const manager = await sit(lena, '/manager');
  await lena.must('POST', '/me/overlays/poll/start', { data: { question: 'Which crust?', answers: ['Thin', 'Thick'], duration: 75 } });
  await Promise.all(pages.map((page) => page.getByText('Which crust?').first().waitFor()));
  const vote = (page, option) => page.getByRole('button', { name: new RegExp(`^${option}`) }).first().click();
  await vote(pages[0], 'Thin');
  await vote(pages[1], 'Thick');
  await pages[0].getByText('Your vote is in.').first().waitFor();
  // Whoever comes late or again sees the poll, and their own choice.
  await pages[0].reload();
  await pages[0].getByText('Which crust?').first().waitFor();
  await pages[0].getByText('your vote').first().waitFor({ state: 'attached' });
  await manager.reload();
  await manager.getByText('Which crust?').first().waitFor();
  const late = await sit(await register(server, 'paula'), '/lena');
  await late.getByText('Which crust?').first().waitFor();
  const twice = await voters[0].post('/channels/lena/poll/votes', { poll: (await voters[0].must('GET', '/channels/lena/poll')).poll.id, option: 1 });
  assert.deepEqual([twice.status, twice.body.type], [409, 'AlreadyVoted']);
  const { poll } = await lena.must('GET', '/channels/lena/poll');
  assert.deepEqual(poll.options.map(({ votes }) => votes), [1, 1]);
  // A tie has no winner, at everyone's.
  await Promise.all([pages[1], late].map((page) => page.getByText('A tie').first().waitFor({ timeout: 90_000 })));
  const { polls } = await lena.must('GET', '/me/polls');
  assert.deepEqual([polls[0].total, polls[0].isTie, polls[0].winner ?? null], [2, true, null]);
  for (const page of [...pages, manager, late]) assert.deepEqual(page.problems, []);
});

test('banned and let back: seen by all three', async (t) => {
  const server = await startPlatform(t);
  const sit = await openRoom(t, server);
  const { person: rosa } = await goOn(t, server, 'rosa');
  const [sven, tina] = [await register(server, 'sven'), await register(server, 'tina')];
  const [owner, banned, other] = [await sit(rosa, '/rosa'), await sit(sven, '/rosa'), await sit(tina, '/rosa')];
  await Promise.all([owner, banned, other].map(playing));
  await say(banned, 'rude words');
  await Promise.all([owner, other].map((page) => hears(page, 'rude words')));
  const row = owner.getByRole('log').getByRole('article').filter({ hasText: 'rude words' }).last();
  await row.hover();
  await row.getByRole('button', { name: /^More about/ }).click();
  await owner.getByRole('menuitem', { name: /^Ban sven/ }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Ban sven' }).click();
  await owner.getByText('sven is banned.').first().waitFor();
  await banned.getByText('You are banned from this channel').waitFor();
  assert.equal(await banned.locator('rostrum-player').count(), 0, 'no picture');
  assert.equal(await banned.getByRole('log').count(), 0, 'no chat');
  await say(other, 'still here');
  await hears(owner, 'still here');
  const page = await sven.must('GET', '/channels/rosa');
  assert.equal(page.isBanned, true);
  assert.ok(!page.playbackUrl);
  assert.equal((await sven.post('/channels/rosa/chat', {})).status, 403);
  await rosa.must('DELETE', '/channels/rosa/bans/sven');
  await playing(banned);
  await say(banned, 'thank you');
  await Promise.all([owner, other].map((one) => hears(one, 'thank you')));
  for (const one of [owner, banned, other]) assert.deepEqual(one.problems, []);
});

test('for members only: no picture without an account, and none any more after a ban', async (t) => {
  const server = await startPlatform(t);
  const yara = await register(server, 'yara');
  const stream = await streamOf(yara);
  await yara.must('PATCH', '/me/channel', { membersOnly: true });
  const publisher = publishWithFfmpeg(t, stream.publishUrl, picture());
  await eventually(20_000, 'yara to be live', async () => (await yara.must('GET', '/channels/yara')).live, server.output);
  const stranger = await new Visitor(server).must('GET', '/channels/yara');
  assert.deepEqual([stranger.membersOnly, stranger.playbackUrl ?? ''], [true, '']);
  const zoe = await register(server, 'zoe.z');
  const { playbackUrl } = await zoe.must('GET', '/channels/yara');
  assert.equal((await get(playbackUrl.split('?')[0])).status, 403, 'nothing without a token');
  const list = await eventually(20_000, 'the playlist', async () => {
    const answer = await get(playbackUrl);
    return answer.status === 200 && parseMultivariant(answer.text());
  });
  const variant = variantUrl(playbackUrl, list);
  assert.equal((await get(variant)).status, 200);
  await eventually(20_000, 'some seconds of it', async () => (await get(variant)).text().split('#EXTINF').length > 3);
  const sit = await openRoom(t, server);
  await say(await sit(yara, '/yara'), 'only among us');
  await yara.must('PUT', '/channels/yara/bans/zoe.z', { reason: 'enough' });
  await eventually(10_000, 'the picture to end', async () => (await get(variant)).status === 403);
  const again = await zoe.must('GET', '/channels/yara');
  assert.deepEqual([again.isBanned, again.playbackUrl ?? ''], [true, '']);

  // What was on is watched by members alone, too, and by its page.
  publisher.child.kill('SIGINT');
  const member = await register(server, 'member.m');
  const recordings = async (person) => (await person.must('GET', '/channels/yara/recordings')).recordings;
  const past = await eventually(60_000, 'the recording', async () => (await recordings(member))[0], server.output);
  for (const address of [past.playbackUrl, past.downloadUrl, past.storyboardUrl, past.thumbnailUrl]) {
    const [open, closed] = await Promise.all([fetch(address), fetch(address.split('?')[0])]);
    assert.deepEqual([open.status, closed.status], [200, 403], address.split('?')[0]);
    await Promise.all([open.arrayBuffer(), closed.arrayBuffer()]);
  }
  for (const person of [zoe, new Visitor(server)]) assert.deepEqual(await recordings(person), []);
  const page = await sit(member, past.watchUrl);
  await playing(page);
  await page.getByText('only among us').waitFor({ timeout: 60_000 });
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download' }).click();
  assert.match((await download).suggestedFilename(), /\.mp4$/);
  assert.deepEqual(page.problems, []);
});

test('following through sign-in, and being told', async (t) => {
  const server = await startPlatform(t);
  const sit = await openRoom(t, server);
  const ursula = await register(server, 'ursula');
  const stream = await streamOf(ursula);
  const victor = await register(server, 'victor');
  const page = await sit(null, '/ursula', phone);
  await page.getByRole('button', { name: 'Follow ursula' }).or(page.getByRole('button', { name: 'Follow', exact: true })).first().click();
  await page.waitForURL(/\/login/);
  await page.getByLabel('Name or e-mail address').fill('victor');
  await page.getByLabel('Password', { exact: true }).fill('Correct-horse-7');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL(/\/ursula/);
  await eventually(10_000, 'victor to follow', async () => (await victor.must('GET', '/channels/ursula')).isFollowing);
  assert.equal((await victor.must('GET', '/channels/ursula')).followers, 1);
  publishWithFfmpeg(t, stream.publishUrl, picture());
  const { notices } = await eventually(30_000, 'the notice', async () => {
    const answer = await victor.must('GET', '/notices');
    return answer.notices.length > 0 && answer;
  });
  assert.equal(notices[0].channel.name, 'ursula');
  await page.goto(`${server.http}/following`);
  await page.getByText('ursula').first().waitFor();
  await victor.must('DELETE', '/channels/ursula/follow');
  assert.equal((await victor.must('GET', '/channels/ursula')).followers, 0);
  assert.deepEqual(page.problems, []);
});

test('as many channels as the administrator allows', async (t) => {
  const server = await startPlatform(t);
  const administrator = await administratorOf(server);
  await administrator.must('PUT', '/admin/limits', { maxLive: 1 });
  await goOn(t, server, 'first.one');
  const second = await register(server, 'second.one');
  const stream = await streamOf(second);
  const publisher = publishWithFfmpeg(t, stream.publishUrl, picture());
  await within(30_000, publisher.exited, 'the second to be stopped', server.output);
  await eventually(20_000, 'one to be live', async () => !(await second.must('GET', '/channels/second.one')).live);
  assert.equal((await second.must('GET', '/channels/first.one')).live, true);
  // Whose broadcast it was learns why, and what to do.
  const { refused } = await second.must('GET', '/me/channel');
  assert.equal(refused.type, 'TooManyLive');
  assert.match(refused.message, /another broadcast has ended/);
  const { notices } = await second.must('GET', '/notices');
  assert.deepEqual(notices.map(({ kind, url }) => [kind, url]), [['refused', '/manager']]);
  await administrator.must('PUT', '/admin/limits', { maxLive: 2 });
  publishWithFfmpeg(t, stream.publishUrl, picture());
  await eventually(30_000, 'the second to be live', async () => (await second.must('GET', '/me/channel')).live);
  await eventually(10_000, 'the notice to go', async () => (await second.must('GET', '/notices')).notices.length === 0);
});

test('Firefox: joining, watching, writing and voting', { skip: !hasFirefox && 'Firefox is not installed' }, async (t) => {
  const server = await startPlatform(t);
  const { person: wanda } = await goOn(t, server, 'wanda');
  const page = await openFirefox(t);
  await page.goto(`${server.http}/register?next=%2Fwanda`);
  await page.locator('main input[autocomplete=username]').fill('xaver');
  await page.locator('main input[type=email]').fill('xaver@example.org');
  await page.locator('main input[type=password]').fill('Correct-horse-7');
  await page.locator('main button[type=submit]').click();
  await page.waitForFunction(() => location.pathname === '/wanda', { timeout: 20_000 });
  await page.waitForFunction(() => document.querySelector('rostrum-player')?.video?.currentTime > 0.5, { timeout: 30_000 });
  await page.locator('main textarea').fill('from Firefox');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => [...document.querySelectorAll('[role=log] [role=article], [role=log] article')].some((row) => row.textContent.includes('from Firefox')), { timeout: 20_000 });
  await wanda.must('POST', '/me/overlays/poll/start', { data: { question: 'Fox?', answers: ['Red', 'Grey'], duration: 60 } });
  await page.waitForFunction(() => document.body.innerText.includes('Fox?'), { timeout: 20_000 });
  await page.waitForFunction(() => {
    const red = [...document.querySelectorAll('.overlay-option')].find((one) => one.textContent.startsWith('Red') && !one.ariaDisabled);
    red?.click();
    return red !== undefined;
  }, { timeout: 20_000 });
  await eventually(10_000, 'the vote', async () => (await wanda.must('GET', '/channels/wanda/poll')).poll.total === 1);
  assert.deepEqual(page.problems, []);
});
