// A TCP relay in front of a server: the network between a person and the server, to be cut.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Gives `url`, which leads to `target`; `cut()` breaks every connection, and until `mend()` no new
 * one comes about. `hold()` keeps back what the server says from now on: it is as if it were late.
 * `stall()` keeps back what people send, as a network without room does, until `flow()`.
 */
export async function startRelay(t, target) {
  const { hostname, port } = new URL(target);
  const pairs = new Set();
  let isCut = false;
  const end = () => {
    for (const [client, server] of pairs) {
      client.destroy();
      server.destroy();
    }
  };
  const relay = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const server = connect(Number(port), hostname);
    const pair = [client, server];
    pairs.add(pair);
    for (const [from, to] of [[client, server], [server, client]]) {
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        pairs.delete(pair);
      });
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  t.after(() => {
    end();
    relay.close();
  });
  return {
    url: `http://127.0.0.1:${relay.address().port}`,
    cut: () => {
      isCut = true;
      end();
    },
    mend: () => {
      isCut = false;
    },
    stall: () => {
      for (const [client, server] of pairs) client.unpipe(server);
    },
    flow: () => {
      for (const [client, server] of pairs) client.pipe(server);
    },
    hold: () => {
      for (const [client, server] of pairs) server.unpipe(client);
    },
  };
}
