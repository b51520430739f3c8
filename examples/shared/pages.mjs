// A small web server for an example's pages: files from folders, and routes that make their answer.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const shared = fileURLToPath(new URL('page', import.meta.url));

/** The file for a path in one of `folders`, or nothing: never one outside of them. */
function fileFor(folders, path) {
  if (path.includes('\0')) return undefined;
  const wanted = normalize(path.endsWith('/') ? `${path}index.html` : path);
  return folders.map((folder) => join(folder, wanted))
    .find((file, i) => file.startsWith(`${folders[i]}/`) && statSync(file, { throwIfNoEntry: false })?.isFile());
}

function sendFile(response, method, file) {
  response.writeHead(200, {
    'Content-Type': types[extname(file)] ?? 'application/octet-stream',
    'Content-Length': statSync(file).size,
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  });
  if (method === 'HEAD') response.end();
  else createReadStream(file).pipe(response);
}

/** Answers with JSON. */
export function sendJson(response, value, headers = {}) {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
  response.end(JSON.stringify(value));
}

/**
 * Serves `folder` (an example's page) and the shared style. `routes` maps a path to a function of request and
 * response. Resolves with the address once it listens; `port` 0 takes a free one.
 */
export function servePages({ folder, routes = {}, port, host = '127.0.0.1' }) {
  const folders = [folder, shared];
  const server = createServer((request, response) => {
    let path;
    try {
      path = decodeURIComponent(new URL(request.url, 'http://page').pathname);
    } catch {
      response.writeHead(400).end();
      return;
    }
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route) {
      route(request, response);
      return;
    }
    const file = request.method === 'GET' || request.method === 'HEAD' ? fileFor(folders, path) : undefined;
    if (file) sendFile(response, request.method, file);
    else response.writeHead(404, { 'Content-Type': 'text/plain' }).end('nothing is here\n');
  });
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(error.code === 'EADDRINUSE'
      ? new Error(`port ${port} is taken: choose another with --port`) : error));
    server.listen(port, host, () => resolve({ server, url: `http://${host}:${server.address().port}` }));
  });
}
