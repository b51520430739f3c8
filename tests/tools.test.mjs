// The checks that guard the code's structure do find what they are for.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { repository } from './support/process.mjs';

function checkIncludes(t, files) {
  const root = mkdtempSync(join(tmpdir(), 'rostrum-includes-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  const run = spawnSync(join(repository, 'tools/check_includes'), [root], { encoding: 'utf8' });
  return { code: run.status, output: run.stdout + run.stderr };
}

const rows = [
  ['media knows no io', 'src/media/a.cc', '#include "io/loop.h"',
    'src/media/a.cc:1: media must not know io (io/loop.h)'],
  ['wire knows no io', 'src/wire/rtmp/a.h', '\n#include "io/loop.h"',
    'src/wire/rtmp/a.h:2: wire must not know io (io/loop.h)'],
  ['engines do not know each other', 'src/live/a.cc', '#include "stage/stage.h"',
    'src/live/a.cc:1: live must not know stage (stage/stage.h)'],
  ['engines have a door', 'src/control/a.cc', '#include "live/window.h"',
    'src/control/a.cc:1: live is only seen through live/live.h, not live/window.h'],
  ['paths begin with the module', 'src/base/a.cc', '#include "bytes.h"',
    'src/base/a.cc:1: write "bytes.h" from the module on, as in "base/bytes.h"'],
  ['Asio stays in io', 'src/server/a.cc', '#include <boost/asio/post.hpp>',
    'src/server/a.cc:1: <boost/asio/post.hpp> may be included only by io/.*\\.cc'],
  ['libraries stay out of headers', 'src/io/a.h', '#include <openssl/ssl.h>',
    'src/io/a.h:1: <openssl/ssl.h> may be included only by (base|io|wire|server|live|control|app)/.*\\.cc'],
  ['libav stays in av', 'src/media/a.cc', '#include <libavcodec/avcodec.h>',
    'src/media/a.cc:1: <libavcodec/avcodec.h> may be included only by av/.*\\.cc'],
  ['protocols make no system calls', 'src/wire/http/a.cc', '#include <sys/socket.h>',
    null],
  ['modules are known', 'src/misc/a.cc', '', 'src/misc/a.cc: misc is no module of docs/architecture.md'],
];

for (const [name, file, text, message] of rows) {
  test(`includes: ${name}`, (t) => {
    const { code, output } = checkIncludes(t, { [file]: `${text}\n` });
    assert.equal(code, 1, output);
    if (message) assert.ok(output.includes(message), output);
  });
}

test('includes: what the floors allow passes', (t) => {
  const { code, output } = checkIncludes(t, {
    'src/live/live.cc': '#include "base/bytes.h"\n#include "io/loop.h"\n#include "live/live.h"\n',
    'src/server/wiring.cc': '#include "live/window.h"\n#include <openssl/ssl.h>\n',
    'src/control/control.cc': '#include "live/live.h"\n',
    'src/live/live.h': '#include <string>\n',
  });
  assert.equal(code, 0, output);
});

test('includes: the repository passes', () => {
  const run = spawnSync(join(repository, 'tools/check_includes'), { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout);
});
