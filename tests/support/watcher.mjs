// A viewer in a thread of its own, so that what a test does meanwhile cannot make it late.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { get, loadMedia } from './hls.mjs';

/**
 * Watches a media playlist by blocking reloads and fetches each part. `undisturbed(action)` runs
 * the action and gives how late parts came meanwhile against the pace of the whole time, in ms:
 * {worst, parts}.
 */
export async function watch(t, url) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { url } });
  let failure;
  worker.on('error', (error) => { failure = error; });
  t.after(() => worker.terminate());
  const ask = async (question) => {
    if (failure) throw failure;
    worker.postMessage(question);
    const [answer] = await Promise.race([
      once(worker, 'message'), once(worker, 'exit').then(() => { throw failure ?? new Error('the viewer ended'); })]);
    return answer;
  };
  await ask({ parts: 15 });
  return {
    undisturbed: async (action) => {
      const from = performance.timeOrigin + performance.now();
      const result = await action();
      await ask({ parts: 5 });
      return { ...(await ask({ from })), result };
    },
  };
}

async function view(url) {
  const arrivals = []; // {at, due}: when a part came, when it would have by the media's time
  let waiting;
  parentPort.on('message', (question) => { waiting = { ...question, since: arrivals.length }; });
  let media = 0;
  let list = await loadMedia(url);
  for (;;) {
    const { msn, part } = list.next;
    list = await loadMedia(url, list.next);
    const made = list.segments.find((segment) => segment.msn === msn)?.parts[part];
    if (made) {
      const answer = await get(new URL(made.uri, url).href);
      if (answer.status !== 200) throw new Error(`${answer.status} for ${made.uri}`);
      media += made.duration * 1000;
      arrivals.push({ at: performance.timeOrigin + performance.now(), due: media });
    }
    if (waiting?.parts && arrivals.length >= waiting.since + waiting.parts) {
      waiting = undefined;
      parentPort.postMessage({});
    } else if (waiting?.from) {
      const start = Math.min(...arrivals.map(({ at, due }) => at - due));
      const late = arrivals.filter(({ at }) => at >= waiting.from).map(({ at, due }) => at - due - start);
      waiting = undefined;
      parentPort.postMessage({ worst: Math.max(...late), parts: late.length });
    }
  }
}

if (!isMainThread && workerData?.url) await view(workerData.url);
