// The command line of the control plane, against running servers: keys, any operation, the common
// commands, completion in a real bash, backup and restore.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { databases, startApi } from './support/api_server.mjs';
import { inputMembers, operations as all } from './support/model.mjs';
import { eventually, freePort, rostrum, within } from './support/process.mjs';
import { publishWithFfmpeg, source } from './support/publisher.mjs';
import { startFixed } from './support/server.mjs';

// The operations on tags stand under one name for both services.
const operations = all.filter(({ name }) => !name.includes(':'));
const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|ROSTRUM)_/.test(name)));

/** Runs the program to its end: {code, out, err}. */
async function run(args, { env = {}, input = '' } = {}) {
  const child = spawn(rostrum, args, { env: { ...clean, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (data) => { text.out += data; });
  child.stderr.setEncoding('utf8').on('data', (data) => { text.err += data; });
  child.stdin.on('error', () => {}); // it need not read
  child.stdin.end(input);
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    return { code: await within(30_000, ended, `rostrum ${args.join(' ')}`, () => text.err), ...text };
  } finally {
    child.kill('SIGKILL');
  }
}

/** The same, and it must succeed; gives what it printed. */
async function good(args, options) {
  const { code, out, err } = await run(args, options);
  assert.equal(code, 0, `rostrum ${args.join(' ')}: ${err}`);
  return out;
}

const environmentOf = (server) => ({
  ROSTRUM_ENDPOINT: server.http, ROSTRUM_ACCESS_KEY_ID: server.accessKeyId,
  ROSTRUM_SECRET_ACCESS_KEY: server.secretAccessKey,
});
const keyEnvironment = (server, key) => ({
  ROSTRUM_ENDPOINT: server.http, ROSTRUM_ACCESS_KEY_ID: key.accessKeyId,
  ROSTRUM_SECRET_ACCESS_KEY: key.secretAccessKey,
});
const kebab = (name) => name.replace(/[A-Z]/g, (c, at) => (at ? '-' : '') + c.toLowerCase());

function folder(t) {
  const made = mkdtempSync(join(tmpdir(), 'rostrum-ctl-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

for (const [database, configure] of databases) {
  test(`access keys over ${database}`, async (t) => {
    const config = await configure(t);
    const { server } = await startApi(t, config);
    const at = ['--set', `data_dir=${server.dataDir}`];
    if (config.database) at.push('--set', `database.url=${config.database.url}`);

    await t.test('a key works at once, and no longer once it is deleted', async () => {
      const key = JSON.parse(await good(['key', 'create', '--name', 'mine', '--json', ...at]));
      const env = keyEnvironment(server, key);
      await good(['ctl', 'create-channel', '--name', 'by-mine'], { env });
      const listed = await good(['key', 'list', ...at]);
      assert.match(listed, new RegExp(`${key.accessKeyId} +mine +FULL`));
      assert.ok(!listed.includes(key.secretAccessKey));
      await good(['key', 'delete', key.accessKeyId, ...at]);
      const refused = await run(['ctl', 'list-channels'], { env });
      assert.equal(refused.code, 1);
      assert.match(refused.err, /^UnrecognizedClientException: /);
    });

    await t.test('rights', async () => {
      const readOnly = JSON.parse(await good(['key', 'create', '--read-only', '--json', ...at]));
      await good(['ctl', 'list-channels'], { env: keyEnvironment(server, readOnly) });
      const write = await run(['ctl', 'create-channel'], { env: keyEnvironment(server, readOnly) });
      assert.equal(write.code, 1);
      assert.match(write.err, /^AccessDeniedException: /);
      const own = JSON.parse(await good(['key', 'create', '--service', 'rostrum', '--json', ...at]));
      await good(['rule', 'list'], { env: keyEnvironment(server, own) });
      assert.equal((await run(['channel', 'list'], { env: keyEnvironment(server, own) })).code, 1);
    });

    await t.test('the last key with all rights stays', async () => {
      const kept = await run(['key', 'delete', server.accessKeyId, ...at]);
      assert.equal(kept.code, 1);
      assert.match(kept.err, /last access key.*--force/);
      await good(['channel', 'list'], { env: environmentOf(server) });
      await good(['key', 'delete', '--force', server.accessKeyId, ...at]);
      assert.equal((await run(['channel', 'list'], { env: environmentOf(server) })).code, 1);
    });
  });
}

test('any operation', async (t) => {
  const { server, caller } = await startApi(t);
  const env = environmentOf(server);
  const ctl = (...words) => run(['ctl', ...words], { env });

  await t.test('by both names, with options, JSON or both', async () => {
    const json = JSON.parse(await good(['ctl', 'CreateChannel', '--output', 'json', '--name', 'a',
      '--no-authorized', '--insecure-ingest', '--tags', 'x=1', '--tags', 'y=ä ö'], { env }));
    assert.equal(json.channel.name, 'a');
    assert.equal(json.channel.insecureIngest, true);
    assert.deepEqual(json.channel.tags, { x: '1', y: 'ä ö' });
    const mixed = JSON.parse(await good(['ctl', 'create-channel', '--output=json', '--name', 'b',
      '--json', '-'], { env, input: '{"name":"never","type":"BASIC","latencyMode":"NORMAL"}' }));
    assert.equal(mixed.channel.name, 'b');
    assert.equal(mixed.channel.type, 'BASIC');
    const file = join(folder(t), 'input.json');
    writeFileSync(file, JSON.stringify({ arns: [json.channel.arn, mixed.channel.arn] }));
    const both = JSON.parse(await good(['ctl', 'batch-get-channel', '--json', `@${file}`, '--output', 'json'], { env }));
    assert.equal(both.channels.length, 2);
    const repeated = JSON.parse(await good(['ctl', 'batch-get-channel', '--arns', json.channel.arn,
      '--arns', mixed.channel.arn, '--output', 'json'], { env }));
    assert.deepEqual(repeated, both);
  });

  await t.test('tags, whose resource stands in the path', async () => {
    const { channels: [{ arn }] } = await caller.get('ListChannels', { filterByName: 'a' });
    await good(['ctl', 'tag-resource', '--resource-arn', arn, '--tags', 'a b/c+d=ü+='], { env });
    const { tags } = JSON.parse(await good(['ctl', 'list-tags-for-resource', '--resource-arn', arn, '--output', 'json'], { env }));
    assert.equal(tags['a b/c+d'], 'ü+=');
    await good(['ctl', 'untag-resource', '--resource-arn', arn, '--tag-keys', 'a b/c+d', '--tag-keys', 'x'], { env });
    assert.deepEqual((await caller.get('GetChannel', { arn })).channel.tags, { y: 'ä ö' });
  });

  await t.test('tables', async () => {
    const { out, code } = await ctl('list-channels');
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines.length, 3);
    const column = lines[0].indexOf('name');
    assert.deepEqual(lines.slice(1).map((line) => line[column]).sort(), ['a', 'b']);
    assert.ok(lines.every((line) => line === line.trimEnd()));
    assert.match((await ctl('list-streams')).out, /^\(no streams\)\n$/);
  });

  await t.test('all pages', async () => {
    for (let i = 0; i < 23; ++i) await caller.get('CreateChannel', { name: `p${i}` });
    const page = JSON.parse((await ctl('list-channels', '--max-results', '10', '--output', 'json')).out);
    assert.equal(page.channels.length, 10);
    assert.match((await ctl('list-channels', '--max-results', '10')).out, /there is more: --all/);
    const all = JSON.parse((await ctl('list-channels', '--all', '--max-results', '10', '--output', 'json')).out);
    assert.equal(new Set(all.channels.map(({ arn }) => arn)).size, 25);
    assert.equal(all.nextToken, undefined);
    assert.equal((await ctl('get-channel', '--arn', 'x', '--all')).code, 2);
  });

  await t.test('errors', async (sub) => {
    const proxy = createServer((_, response) => response.writeHead(502).end('<html>\nsorry'));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    sub.after(() => proxy.close());
    const rows = [
      [['get-channel'], 1, /^ValidationException: arn is required\n$/],
      [['get-channel', '--arn', 'arn:aws:ivs:local:000000000000:channel/none'], 1, /^ResourceNotFoundException: /],
      [['get-chanel'], 2, /there is no operation get-chanel; get-channel is near/],
      [['get-channel', '--arm', 'x'], 2, /there is no option --arm; --arn is near/],
      [['list-channels', '--max-results', 'many'], 2, /--max-results needs a number/],
      [['get-channel', 'x'], 2, /takes options only/],
      [['get-channel', '--json', '{'], 2, /--json/],
      [['get-channel', '--json', '[]'], 2, /--json needs a JSON object/],
      [['list-tags-for-resource'], 2, /resourceArn is required/],
      [['list-channels', '--output', 'xml'], 2, /table or json/],
      [['list-channels', '--secret-access-key', 'wrong'], 1, /Signature/],
      [['list-channels', '--endpoint', 'nowhere'], 2, /endpoint/],
      [['list-channels', '--endpoint', `http://127.0.0.1:${await freePort()}`], 3, /127\.0\.0\.1/],
      [['list-channels', '--endpoint', `http://127.0.0.1:${proxy.address().port}`], 3, /not one of the API: status 502/],
      [['list-channels', '--endpoint', server.https], 3, /certificate/],
      [[], 2, /Usage/],
    ];
    for (const [words, code, sentence] of rows) {
      const done = await ctl(...words);
      assert.equal(done.code, code, `${words.join(' ')}: ${done.err}`);
      assert.match(done.err, sentence);
      assert.equal(done.out, '', words.join(' '));
    }
    assert.equal((await ctl('list-channels', '--endpoint', server.https, '--insecure')).code, 0);
  });

  await t.test('without a key it says how to get one', async () => {
    const here = await run(['ctl', 'list-channels'], { env: { ROSTRUM_DATA_DIR: server.dataDir } });
    assert.equal(here.code, 2);
    assert.ok(here.err.includes('rostrum key create'), here.err);
    assert.ok(here.err.includes(server.dataDir), here.err);
  });

  await t.test('help names every operation and member', async () => {
    const list = await good(['ctl', '--list']);
    for (const { name } of operations) {
      assert.match(list, new RegExp(`^${name} +ctl ${kebab(name)} `, 'm'));
    }
    for (const operation of operations) {
      const help = await good(['ctl', operation.name, '--help']);
      for (const { name, required } of inputMembers(operation)) {
        const line = help.split('\n').find((one) => new RegExp(`^  --${kebab(name)}[ ,]|^  --${kebab(name)}$`).test(one));
        assert.ok(line, `${operation.name} ${name}\n${help}`);
        assert.equal(line.includes('(required)'), Boolean(required), line);
      }
      for (const { name } of operation.errors) assert.ok(help.includes(name), `${operation.name} ${name}`);
    }
  });
});

test('channels from the command line', async (t) => {
  const { server, caller } = await startApi(t);
  const env = environmentOf(server);
  const channel = (...words) => run(['channel', ...words], { env });

  const made = await good(['channel', 'create', 'news', '--insecure-ingest', '--type', 'BASIC'], { env });
  const arn = /arn +(arn:aws:ivs:\S+:channel\/\S+)/.exec(made)[1];
  const key = /value +(sk_\S+)/.exec(made)[1];

  await t.test('by name, id and ARN', async () => {
    for (const word of ['news', arn.split('/')[1], arn]) {
      assert.equal(await good(['channel', 'key', word], { env }), `${key}\n`);
    }
    assert.match((await channel('show', 'news')).out, /^state +offline$/m);
    assert.match((await channel('list')).out, /^news +offline +- +BASIC +LOW +public +arn:/m);
    const none = await channel('show', 'nothing');
    assert.equal(none.code, 2);
    assert.match(none.err, /no channel has the name or id nothing/);
    await good(['channel', 'create', 'news'], { env });
    const several = await channel('show', 'news');
    assert.equal(several.code, 2);
    assert.ok(several.err.includes(arn), several.err);
  });

  await t.test('on the air', async () => {
    publishWithFfmpeg(t, `${server.rtmp}/app/${key}`, source({ seconds: 120, gop: 1 }));
    await eventually(20_000, 'the stream', async () => (await channel('list')).out.includes(' live '), server.output);
    assert.match((await channel('show', arn)).out, /^state +LIVE$/m);
    await good(['channel', 'metadata', arn, 'hello'], { env });
    await good(['channel', 'metadata', arn, '-'], { env, input: 'from a pipe' });
    const long = await channel('metadata', arn, 'x'.repeat(1025));
    assert.equal(long.code, 1);
    assert.match(long.err, /^ValidationException: /);
    assert.equal((await channel('delete', arn)).code, 1, 'a live channel stays');
    assert.equal(await good(['channel', 'stop', arn], { env }), `stopped ${arn}\n`);
    await eventually(20_000, 'the end', async () => (await channel('stop', arn)).code === 1);
  });

  await t.test('another key, and the end', async () => {
    const other = (await good(['channel', 'rotate-key', arn], { env })).trim();
    assert.notEqual(other, key);
    const { streamKeys } = await caller.get('ListStreamKeys', { channelArn: arn });
    assert.equal(streamKeys.length, 1);
    assert.equal((await caller.get('GetStreamKey', { arn: streamKeys[0].arn })).streamKey.value, other);
    assert.equal(await good(['channel', 'delete', arn], { env }), `deleted ${arn}\n`);
    assert.equal((await channel('delete', arn)).code, 1);
  });

  await t.test('wrong use', async () => {
    for (const words of [[], ['lst'], ['show'], ['show', 'a', 'b'], ['list', '--nonsense']]) {
      assert.equal((await channel(...words)).code, 2, words.join(' '));
    }
    assert.match((await channel('lst')).err, /list is near/);
    assert.match((await channel('--help')).out, /rostrum channel rotate-key CHANNEL/);
    assert.match((await channel('create', '--help')).out, /--latency-mode/);
  });
});

test('rules from the command line', async (t) => {
  const { server } = await startApi(t);
  const env = environmentOf(server);
  const pattern = '{"detail-type":["IVS Stream State Change"]}';
  await good(['rule', 'put', 'live', '--pattern', pattern, '--url', 'http://127.0.0.1:9/hook', '--secret', 'twelve-letters'], { env });
  const listed = await run(['rule', 'list'], { env });
  assert.match(listed.out, /^live /m);
  assert.ok(!listed.out.includes('twelve-letters'));
  const file = join(folder(t), 'event.json');
  writeFileSync(file, JSON.stringify({ 'detail-type': 'IVS Stream State Change', source: 'aws.ivs', detail: {} }));
  assert.equal((await run(['rule', 'test', '--pattern', pattern, '--event', `@${file}`], { env })).code, 0);
  const other = await run(['rule', 'test', '--pattern', '{"source":["other"]}', '--event', `@${file}`], { env });
  assert.equal(other.code, 1);
  assert.equal(other.out, 'the event does not match\n');
  const bad = await run(['rule', 'put', 'bad', '--pattern', '{"a":'], { env });
  assert.equal(bad.code, 1);
  assert.match(bad.err, /^ValidationException: /);
  assert.match(await good(['rule', 'dead-letters'], { env }), /\(no deadLetters\)/);
  assert.match(await good(['rule', 'replay', 'live'], { env }), /^replayed +0$/m);
  await good(['rule', 'delete', 'live', '--target', 'main'], { env });
  await good(['rule', 'delete', 'live'], { env });
  assert.match(await good(['rule', 'list'], { env }), /\(no rules\)/);
});

test('completion in bash', async (t) => {
  const script = join(folder(t), 'completion.bash');
  writeFileSync(script, await good(['completion', 'bash']));
  /** What bash would offer for a line whose last word is being written. */
  const offered = (line) => {
    const words = line.split(' ');
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const done = spawnSync('bash', ['--noprofile', '--norc', '-c', `
      set -eu
      source '${script}'
      complete -p rostrum | grep -q -- '-F _rostrum'
      COMP_WORDS=('${rostrum}' ${quoted}); COMP_CWORD=${words.length}; COMP_LINE= ; COMP_POINT=0
      _rostrum rostrum
      printf '%s\\n' "\${COMPREPLY[@]+"\${COMPREPLY[@]}"}"`], { encoding: 'utf8', env: clean });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout.split('\n').filter(Boolean);
  };
  assert.deepEqual(offered('ch'), ['channel']);
  assert.ok(offered('').includes('backup'));
  assert.deepEqual(offered('channel sto'), ['stop']);
  assert.deepEqual(offered('key cr'), ['create']);
  assert.deepEqual(offered('ctl create-channel --latency-m'), ['--latency-mode']);
  assert.deepEqual(offered('ctl create-channel --latency-mode '), ['NORMAL', 'LOW']);
  assert.deepEqual(offered('ctl create-channel --latency-mode = L'), ['LOW']);
  assert.deepEqual(offered('serve --config '), []);
  for (const { name } of operations) {
    assert.ok(offered(`ctl ${kebab(name)}`).includes(kebab(name)), name);
  }
  const create = operations.find(({ name }) => name === 'CreateChannel');
  const flags = offered('ctl CreateChannel --');
  for (const { name } of inputMembers(create)) assert.ok(flags.includes(`--${kebab(name)}`), name);
  for (const shell of ['zsh', 'fish']) assert.match(await good(['completion', shell]), / complete -- /);
  assert.notEqual((await run(['completion', 'tcsh'])).code, 0);
});

test('backup while channels are made, and restore', async (t) => {
  const root = folder(t);
  const { server, caller } = await startApi(t);
  const at = ['--set', `data_dir=${server.dataDir}`];
  const acknowledged = [];
  let running = true;
  const writer = (async () => {
    while (running) acknowledged.push((await caller.get('CreateChannel', { name: `c${acknowledged.length}` })));
  })();
  await eventually(20_000, 'some channels', () => acknowledged.length >= 20);
  const before = acknowledged.length;
  const copy = join(root, 'copy');
  await good(['backup', '--with-secrets', copy, ...at]);
  const single = join(root, 'single.db');
  assert.match(await good(['backup', single, ...at]), /secrets\.key/);
  await eventually(20_000, 'more channels', () => acknowledged.length > before);
  running = false;
  await writer;
  for (const file of [join(copy, 'rostrum.db'), join(copy, 'secrets.key'), single]) {
    assert.equal(statSync(file).mode & 0o777, 0o600, file);
  }
  assert.equal(existsSync(`${single}-wal`), false);
  assert.equal((await run(['backup', join(server.dataDir, 'rostrum.db'), ...at])).code, 2);
  await server.stop();

  const port = await freePort();
  const restored = { http: `http://127.0.0.1:${port}`, accessKeyId: server.accessKeyId, secretAccessKey: server.secretAccessKey };
  await startFixed(t, { data_dir: copy, channels: [] }, port, folder(t));
  const env = environmentOf(restored);
  const { channels } = JSON.parse(await good(['ctl', 'list-channels', '--all', '--output', 'json'], { env }));
  const arns = new Set(channels.map(({ arn }) => arn));
  for (const { channel } of acknowledged.slice(0, before)) assert.ok(arns.has(channel.arn), channel.name);
  assert.ok(arns.size <= acknowledged.length);
  const { channel, streamKey } = acknowledged[0];
  assert.equal(await good(['channel', 'key', channel.arn], { env }), `${streamKey.value}\n`);
  await good(['channel', 'create', 'after'], { env });
});
