// An OpenID provider for tests: discovery, sign-in without a password, tokens with real signatures,
// keys that can be replaced. It checks what a careful provider checks: client, address to return to,
// PKCE, and that a code is used once.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const base64url = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A key pair with its name; `kind` is "RS256" or "ES256". */
export function makeSigner(kind = 'RS256', id = randomUUID()) {
  const { publicKey, privateKey } = kind === 'RS256'
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    kind,
    id,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: kind },
    token: (claims) => {
      const text = `${base64url({ alg: kind, kid: id, typ: 'JWT' })}.${base64url(claims)}`;
      const key = kind === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey;
      return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
    },
  };
}

/**
 * Listens on a free port of 127.0.0.1. `person` (may be changed) is who signs in: its claims go into the
 * ID token. Gives `issuer`, `settings(id)` for the server's configuration, `signIn(url)`: what a browser
 * does there (gives the address to return to), `useSigner(signer)`, `bend`: a function that may change
 * the claims, `refusals`: why requests were refused, and `requests` by path.
 */
export async function startOidcProvider(t, { clientId = 'rostrum', clientSecret = 's3cret/with:signs', kind = 'RS256' } = {}) {
  const state = {
    person: { sub: 'person-1', email: 'person@example.org', email_verified: true, preferred_username: 'person' },
    bend: (claims) => claims,
    signer: makeSigner(kind),
    published: undefined, // the keys that are shown; all that were used if undefined
    refusals: [],
    requests: {},
  };
  const signers = [state.signer];
  const codes = new Map();

  const answer = (response, status, body) => {
    response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
    response.end(JSON.stringify(body));
  };
  const refuse = (response, why) => {
    state.refusals.push(why);
    answer(response, 400, { error: 'invalid_request', error_description: why });
  };

  const authorize = (query, response) => {
    for (const [name, wanted] of [['response_type', 'code'], ['client_id', clientId], ['code_challenge_method', 'S256']]) {
      if (query.get(name) !== wanted) return refuse(response, `${name} is ${query.get(name)}`);
    }
    if (!query.get('scope')?.split(' ').includes('openid')) return refuse(response, 'the scope is not openid');
    for (const name of ['state', 'nonce', 'code_challenge', 'redirect_uri']) {
      if (!query.get(name)) return refuse(response, `there is no ${name}`);
    }
    const code = randomUUID();
    codes.set(code, { query, person: state.person });
    const back = new URL(query.get('redirect_uri'));
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state'));
    response.writeHead(302, { Location: back.href });
    return response.end();
  };

  const token = (body, headers, issuer, response) => {
    const form = new URLSearchParams(body);
    const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
    if (headers.authorization !== `Basic ${Buffer.from(pair).toString('base64')}`) return refuse(response, 'the client is not known');
    const known = codes.get(form.get('code'));
    codes.delete(form.get('code'));
    if (!known) return refuse(response, 'the code is not known');
    if (form.get('grant_type') !== 'authorization_code') return refuse(response, 'the grant is of another type');
    if (form.get('redirect_uri') !== known.query.get('redirect_uri')) return refuse(response, 'redirect_uri is another');
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (challenge !== known.query.get('code_challenge')) return refuse(response, 'the verifier is wrong');
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer, aud: clientId, iat: now, exp: now + 300, nonce: known.query.get('nonce'), ...known.person,
    };
    return answer(response, 200, {
      access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token: state.signer.token(state.bend(claims)),
    });
  };

  const server = createServer(async (request, response) => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    const url = new URL(request.url, issuer);
    state.requests[url.pathname] = (state.requests[url.pathname] ?? 0) + 1;
    let body = '';
    for await (const piece of request) body += piece;
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return answer(response, 200, {
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256', 'ES256'],
          token_endpoint_auth_methods_supported: ['client_secret_basic'],
        });
      case 'GET /keys':
        return answer(response, 200, { keys: (state.published ?? signers).map(({ jwk }) => jwk) });
      case 'GET /authorize':
        return authorize(url.searchParams, response);
      case 'POST /token':
        return token(body, request.headers, issuer, response);
      default:
        return answer(response, 404, { error: 'not_found' });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t?.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${server.address().port}`;

  return Object.assign(state, {
    issuer,
    settings: (id = 'test', name = 'Test provider') => ({
      id, name, issuer, client_id: clientId, client_secret: clientSecret,
    }),
    signIn: async (url) => {
      const there = await fetch(url, { redirect: 'manual' });
      if (there.status !== 302) throw new Error(`the provider answered ${there.status}: ${await there.text()}`);
      return there.headers.get('location');
    },
    useSigner: (signer) => {
      signers.push(signer);
      state.signer = signer;
    },
  });
}
