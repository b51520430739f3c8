// Lighthouse over Debian's Chromium: how a page does for people with a phone, as npm's tool judges it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse from 'lighthouse';
import { eventually, freePort, start } from './process.mjs';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/**
 * The report of one look at `url`: {scores: {performance, accessibility, 'best-practices'} in
 * percent, interactive in ms, shift, power, requests: [{url, bytes, type}], findings: what cost points}.
 */
export async function judge(t, url, { categories = ['performance', 'accessibility', 'best-practices'] } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'rostrum-lighthouse-'));
  const port = await freePort();
  const chromium = start(undefined, executable, ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic',
    '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    '--mute-audio', `--remote-debugging-port=${port}`, `--user-data-dir=${profile}`, 'about:blank']);
  try {
    await eventually(20_000, 'Chromium', () => fetch(`http://127.0.0.1:${port}/json/version`).then(({ ok }) => ok, () => false), chromium.output);
    const { lhr } = await lighthouse(url, { port, logLevel: 'error', output: 'json', onlyCategories: categories });
    const items = lhr.audits['network-requests']?.details?.items ?? [];
    return {
      scores: Object.fromEntries(Object.entries(lhr.categories).map(([name, { score }]) => [name, Math.round((score ?? 0) * 100)])),
      interactive: lhr.audits.interactive?.numericValue,
      shift: lhr.audits['cumulative-layout-shift']?.numericValue,
      /** How quick Lighthouse found this machine: about 1,000 and more when nothing else runs. */
      power: lhr.environment.benchmarkIndex,
      requests: items.map(({ url: address, transferSize: bytes, resourceType: type }) => ({ url: address, bytes, type })),
      findings: Object.entries(lhr.categories).flatMap(([name, { auditRefs }]) => auditRefs
        .filter(({ id, weight }) => weight > 0 && (lhr.audits[id].score ?? 1) < 0.9)
        .map(({ id }) => `${name}: ${id} (${lhr.audits[id].displayValue ?? ''}) ${(lhr.audits[id].details?.items ?? []).slice(0, 3)
          .map(({ node, description }) => node?.snippet ?? description ?? '').join(' ')}`)),
    };
  } finally {
    chromium.child.kill('SIGKILL');
    await chromium.exited;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}
