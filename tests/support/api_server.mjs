// Servers for the API's tests, over each database.
import { Caller } from './ivs.mjs';
import { World } from './api_world.mjs';
import { startPostgres } from './postgres.mjs';
import { startServer } from './server.mjs';

/** [name, a function that gives the configuration] of every database. */
export const databases = [
  ['SQLite', async () => ({})],
  ['PostgreSQL', async (t) => ({ database: { url: (await startPostgres(t)).url } })],
];

/** A server without channels: {server, caller, world}; `signing` is how its caller signs. */
export async function startApi(t, config = {}, signing = {}) {
  const server = await startServer(t, { channels: [], ...config });
  const caller = new Caller(t, server, undefined, signing);
  // A server that has never had a channel makes one.
  const { channels } = await caller.get('ListChannels');
  for (const { arn } of channels) await caller.get('DeleteChannel', { arn });
  return { server, caller, world: new World(caller) };
}
