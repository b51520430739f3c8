// A real store: OpenStack Swift with its S3 API, one node on loopback, as Debian packs it. No
// service of the system is touched; data are kept in a folder that the test's end removes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually, freePort, start, within } from './process.mjs';

// The system's own: what Debian packs for it is there and nowhere else.
const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('swift_server.py', import.meta.url));
const accessKeyId = 'test:tester';
const secretAccessKey = 'Of+Swift/S3'; // gitleaks:allow

const ini = (sections) => Object.entries(sections)
  .map(([name, values]) => `[${name}]\n${Object.entries(values).map(([key, value]) => `${key} = ${value}\n`).join('')}`).join('\n');

/** What a server of one kind reads. */
function settings(kind, folder, port) {
  const shared = {
    bind_ip: '127.0.0.1', bind_port: port, workers: 0, user: userInfo().username, swift_dir: folder,
    devices: join(folder, 'devices'), mount_check: false, log_level: 'WARNING',
  };
  if (kind !== 'proxy') {
    return { DEFAULT: shared, 'pipeline:main': { pipeline: `${kind}-server` }, [`app:${kind}-server`]: { use: `egg:swift#${kind}` } };
  }
  const filters = ['catch_errors', 'gatekeeper', 'healthcheck', 'cache', 'listing_formats', 's3api', 'tempauth', 'bulk', 'slo'];
  return {
    DEFAULT: shared,
    'pipeline:main': { pipeline: `${filters.join(' ')} proxy-server` },
    'app:proxy-server': { use: 'egg:swift#proxy', account_autocreate: true },
    ...Object.fromEntries(filters.map((filter) => [`filter:${filter}`, {
      use: `egg:swift#${filter === 'cache' ? 'memcache' : filter}`,
      // There must be one, but it may be away.
      ...(filter === 'cache' && { memcache_servers: '127.0.0.1:1', 'set log_level': 'CRITICAL' }),
      ...(filter === 'tempauth' && { user_test_tester: `${secretAccessKey} .admin` }),
      ...(filter === 's3api' && { location: 'us-east-1', s3_acl: false }),
    }])),
  };
}

/** Starts it. Gives `url`, `region`, `accessKeyId` and `secretAccessKey` for clients, and `output()`. */
export async function startSwift(t) {
  const folder = mkdtempSync(join(tmpdir(), 'rostrum-swift-'));
  mkdirSync(join(folder, 'devices', 'disk'), { recursive: true });
  const kinds = ['account', 'container', 'object', 'proxy'];
  const ports = {};
  for (const kind of kinds) ports[kind] = await freePort();
  writeFileSync(join(folder, 'swift.conf'), ini({
    'swift-hash': { swift_hash_path_suffix: 'rostrum' },
    'storage-policy:0': { name: 'only', default: 'yes' },
  }));
  for (const kind of kinds) writeFileSync(join(folder, `${kind}.conf`), ini(settings(kind, folder, ports[kind])));
  const rings = start(t, python, [script, folder, 'rings', ports.account, ports.container, ports.object].map(String));
  const { code } = await within(120_000, rings.closed, 'making rings', rings.output);
  assert.equal(code, 0, `python3-swift is needed: tools/setup test\n${rings.output()}`);

  const servers = kinds.map((kind) => start(t, python, [script, folder, kind]));
  t.after(() => rmSync(folder, { recursive: true, force: true })); // behind their end
  const output = () => servers.map((server, i) => `${kinds[i]}: ${server.output()}`).join('\n');
  for (const [i, kind] of kinds.entries()) {
    await eventually(120_000, `${kind} of swift`, async () => {
      assert.equal(servers[i].child.exitCode, null, output());
      const socket = createConnection(ports[kind], '127.0.0.1');
      return once(socket, 'connect').then(() => true, () => false).finally(() => socket.destroy());
    }, output);
  }
  return { url: `http://127.0.0.1:${ports.proxy}`, region: 'us-east-1', accessKeyId, secretAccessKey, output };
}
