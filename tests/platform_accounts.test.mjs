// Accounts from the first visit to the last, on pages: joining by letter, settings, pictures, a new name, a lost password, leaving.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOf } from './support/browser.mjs';
import { administratorOf, base, password, register, signIn, startPlatform, Visitor } from './support/platform.mjs';
import { letterTo, linkIn, openRoom, phone, png } from './support/platform_page.mjs';
import { eventually } from './support/process.mjs';

const button = (page, name) => page.getByRole('button', { name, exact: true });

test('from joining to leaving', async (t) => {
  const server = await startPlatform(t, { platform: { auto_verify: false } });
  const administrator = await administratorOf(server);
  const sit = await openRoom(t, server);
  const page = await sit(null, '/register');

  // What is wrong is said at its field, and nothing is sent.
  await button(page, 'Create account').click();
  await page.getByText('Choose a name.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('manager');
  await page.getByLabel('E-mail address').fill('greta@example.org');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await button(page, 'Create account').click();
  await page.getByText('more characters are needed').first().waitFor();
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Create account').click();
  await page.getByText('This username is unavailable.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Greta.G');
  assert.deepEqual(await faultsOf(page), []);
  await button(page, 'Create account').click();
  await page.getByText('Look into your mail').first().waitFor();

  // Not before the address is proved.
  const early = await new Visitor(server).post('/session', { login: 'greta.g', password });
  assert.equal(early.status, 403);
  assert.equal(early.body.type, 'Unverified');
  const letter = await eventually(10_000, 'the letter', () => letterTo(administrator, 'greta@example.org'));
  assert.match(letter.subject, /\S/);
  const link = linkIn(letter);
  assert.equal(link.pathname, '/verify');
  await page.goto(`${server.http}${link.pathname}${link.search}`);
  await page.getByText('Your address is confirmed.').first().waitFor();
  await page.goto(`${server.http}${link.pathname}${link.search}`);
  await page.getByText('This link does not work any more').waitFor();

  // Pictures: what is too large or no picture is refused with a sentence; a good one is shown.
  await page.goto(`${server.http}/settings`);
  const upload = page.locator('input[type=file]').first();
  await upload.setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('<script>alert(1)</script>'.repeat(50)) });
  await page.getByText(/Use a JPEG, PNG or WebP picture|could not be read as a picture/).first().waitFor();
  await upload.setInputFiles({ name: 'large.png', mimeType: 'image/png', buffer: Buffer.concat([png, Buffer.alloc(1 << 20)]) });
  await page.getByText(/larger than/).first().waitFor();
  await upload.setInputFiles({ name: 'good.png', mimeType: 'image/png', buffer: png });
  await page.getByText('Your picture is in place.').first().waitFor();
  const greta = await signIn(server, 'GRETA.G');
  const { account } = await greta.must('GET', '/session');
  assert.match(account.avatarUrl, /^\/api\/platform\/v1\/assets\//);
  const picture = await fetch(`${server.http}${account.avatarUrl}`);
  assert.match(picture.headers.get('content-type'), /^image\/(jpeg|png|webp)$/);
  assert.match(picture.headers.get('cache-control'), /immutable/);
  assert.equal(picture.headers.get('x-content-type-options'), 'nosniff');
  assert.ok(!Buffer.from(await picture.arrayBuffer()).equals(png), 'it was encoded anew');

  // A new name: the address of the channel goes with it, the old one stays taken.
  await greta.must('POST', '/me/channel');
  await page.goto(`${server.http}/settings/account`);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('gretchen');
  await page.keyboard.press('Enter');
  await page.getByText('You are gretchen now.').first().waitFor();
  assert.equal((await greta.get('/channels/gretchen')).status, 200);
  assert.equal((await new Visitor(server).post('/accounts', { name: 'greta.g', email: 'other@example.org', password })).body.type, 'NameTaken');

  // A new password ends the other sessions.
  await page.getByRole('region', { name: 'Password' }).getByRole('button', { name: 'Change' }).click();
  await page.getByLabel('Current password', { exact: true }).fill(password);
  await page.getByLabel('New password', { exact: true }).fill('Another-horse-8');
  await page.getByLabel('New password', { exact: true }).press('Enter');
  await page.getByText('Password updated').first().waitFor();
  assert.equal((await greta.get('/me/channel')).status, 401, 'signed out elsewhere');
  await page.reload();
  await page.getByRole('region', { name: 'Password' }).waitFor();

  // Lost: the letter's link sets a new one, once.
  const lost = await sit(null, '/reset', phone);
  await lost.getByLabel('E-mail address').fill('greta@example.org');
  await button(lost, 'Send the letter').click();
  await lost.getByText('Look into your mail').first().waitFor();
  const reset = linkIn(await eventually(10_000, 'the letter', () => letterTo(administrator, 'greta@example.org', 'reset')));
  await lost.goto(`${server.http}${reset.pathname}${reset.search}`);
  await lost.getByLabel('New password', { exact: true }).fill('Third-horse-9');
  await button(lost, 'Save password').click();
  await lost.getByText('Your password is changed').first().waitFor();
  assert.equal((await new Visitor(server).post('/password/reset', { code: reset.searchParams.get('code'), password: 'Fourth-horse-1' })).status, 400);
  await lost.getByLabel('Name or e-mail address').fill('greta@example.org');
  await lost.getByLabel('Password', { exact: true }).fill('Third-horse-9');
  await button(lost, 'Sign in').click();
  await lost.waitForURL((url) => url.pathname !== '/login' && url.pathname !== '/reset');

  // Leaving takes all of it along.
  await lost.goto(`${server.http}/settings/account`);
  await button(lost, 'Delete my account').click();
  const dialog = lost.getByRole('dialog');
  await dialog.getByLabel(/gretchen/).fill('gretchen');
  await dialog.getByLabel('Your password').fill('Third-horse-9');
  await dialog.getByRole('button', { name: 'Delete my account' }).click();
  await lost.getByText('Your account is deleted.').first().waitFor();
  assert.equal((await administrator.get('/channels/gretchen')).status, 404);
  assert.equal((await fetch(`${server.http}${account.avatarUrl}`)).status, 404);
  assert.deepEqual([...page.problems, ...lost.problems], []);
});

test('names, addresses and passwords tell strangers nothing', async (t) => {
  const server = await startPlatform(t, { platform: { auto_verify: false, attempts_per_minute: 10_000 } });
  const stranger = new Visitor(server);
  await stranger.must('GET', '/session');
  const known = await stranger.post('/accounts', { name: 'known.one', email: 'known@example.org', password });
  assert.equal(known.status, 201);
  const again = await stranger.post('/accounts', { name: 'known.two', email: 'known@example.org', password });
  assert.deepEqual([again.status, again.body], [known.status, known.body], 'an address that has an account already');
  for (const email of ['known@example.org', 'nobody@example.org']) {
    assert.equal((await stranger.post('/password/forgot', { email })).status, 202);
    assert.equal((await stranger.post('/accounts/verify/resend', { email })).status, 202);
  }
  const took = async (login) => {
    const begun = performance.now();
    const answer = await stranger.post('/session', { login, password: 'Wrong-horse-0' });
    return { answer, ms: performance.now() - begun };
  };
  const times = { known: [], unknown: [] };
  for (let i = 0; i < 6; i += 1) {
    const one = await took('known.one');
    const other = await took('nobody.there');
    assert.deepEqual([one.answer.status, one.answer.body], [other.answer.status, other.answer.body]);
    times.known.push(one.ms);
    times.unknown.push(other.ms);
  }
  const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  assert.ok(median(times.unknown) > 0.5 * median(times.known), `an unknown name costs as much: ${JSON.stringify(times)}`);
});

test('guessing is slowed down', async (t) => {
  const server = await startPlatform(t, { platform: { attempts_per_minute: 5 } });
  const stranger = new Visitor(server);
  const answers = [];
  for (let i = 0; i < 12; i += 1) answers.push(await stranger.post('/session', { login: 'somebody', password: `Guess-number-${i}` }));
  const limited = answers.find(({ status }) => status === 429);
  assert.ok(limited, 'the address has to wait');
  assert.ok(Number(limited.headers.get('retry-after')) > 0);
  assert.ok(!server.output().includes('Guess-number'), 'no password in the log');
});

test('the administrator suspends, makes moderators, and looks after people', async (t) => {
  const server = await startPlatform(t);
  const [person, administrator] = [await register(server, 'hanna'), await administratorOf(server)];
  const sit = await openRoom(t, server);
  const page = await sit(administrator, '/admin/people');
  await page.getByText('hanna').first().waitFor();
  assert.deepEqual(await faultsOf(page), []);
  await administrator.must('PATCH', `/admin/accounts/${person.id}`, { state: 'suspended', reason: 'Spam' });
  assert.equal((await person.get('/me/channel')).status, 401, 'signed out at once');
  const refused = await new Visitor(server).post('/session', { login: 'hanna', password });
  assert.deepEqual([refused.status, refused.body.type], [403, 'Suspended']);
  await administrator.must('PATCH', `/admin/accounts/${person.id}`, { state: 'active', role: 'moderator' });
  const back = await signIn(server, 'hanna');
  assert.equal((await back.must('GET', '/session')).account.role, 'moderator');
  assert.equal((await back.get('/admin/reports')).status, 200);
  assert.equal((await back.get('/admin/accounts')).status, 403);
  const others = await sit(back, '/admin/limits');
  await others.getByRole('heading').first().waitFor();
  assert.equal(await others.getByLabel(/registration/i).count(), 0, 'limits are for administrators');
  // Limits hold at once.
  await administrator.must('PUT', '/admin/limits', { ...(await administrator.must('GET', '/admin/limits')), registration: false });
  const closed = await new Visitor(server).post('/accounts', { name: 'late.one', email: 'late@example.org', password });
  assert.deepEqual([closed.status, closed.body.type], [403, 'RegistrationClosed']);
  assert.equal((await fetch(`${server.http}${base}/about`).then((answer) => answer.json())).registration, false);
});
