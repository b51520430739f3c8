import { describe, expect, it, vi } from 'vitest';
import { ApiFailure, createSignedApi, EventParser, everything, signerOf, signIn } from './index';

const date = 'Sun, 22 Nov 2026 09:00:00 GMT';
const at = Date.parse(date);
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { date, ...headers },
  });
const refusal = (status: number, code: string, message: string, more: object = {}) =>
  answer(status, { __type: code, message, ...more }, { 'x-amzn-ErrorType': code });

const around = (fetcher: typeof fetch) => ({
  fetcher,
  origin: 'http://live.example:8080',
  now: () => at,
});
async function apiWith(fetcher: typeof fetch, region = 'local') {
  return createSignedApi({
    ...around(fetcher),
    signer: await signerOf('AKIDEXAMPLE', 'secret'),
    region,
  });
}
const rejected = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error as ApiFailure,
  );

describe('the signed API', () => {
  it('posts JSON with a signature for the service', async () => {
    const fetcher = vi.fn(async () => answer(200, { channels: [] }));
    const api = await apiWith(fetcher);
    expect(await api.ivs('ListChannels', { filterByName: 'ü' })).toEqual({ channels: [] });
    const [url, init] = fetcher.mock.calls[0] as unknown as [string, RequestInit];
    expect(url).toBe('http://live.example:8080/ListChannels');
    expect(init.method).toBe('POST');
    expect(init.body).toBe('{"filterByName":"ü"}');
    const headers = init.headers as Record<string, string>;
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261122\/local\/ivs\/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.stringify(init)).not.toContain('secret');
  });

  it('takes an answer without content', async () => {
    const api = await apiWith(async () => answer(204, null));
    expect(await api.ivs('DeleteChannel', { arn: 'a' })).toEqual({});
  });

  it.each([
    ['unknown-key', 403, 'UnrecognizedClientException', 'The security token is invalid.'],
    ['wrong-secret', 403, 'InvalidSignatureException', 'The signature does not match.'],
    ['clock', 403, 'InvalidSignatureException', 'Signature expired: 1 is now earlier than 2'],
    ['clock', 403, 'InvalidSignatureException', 'Signature not yet current: 2 is still later'],
    ['not-allowed', 403, 'AccessDeniedException', 'no'],
    ['not-found', 404, 'ResourceNotFoundException', 'no'],
    ['not-there-yet', 404, 'UnknownOperationException', 'no'],
    ['too-many', 429, 'ThrottlingException', 'slower'],
    ['too-many', 402, 'ServiceQuotaExceededException', 'full'],
    ['conflict', 409, 'ConflictException', 'live'],
    ['broken', 500, 'InternalServerException', 'sorry'],
  ])('knows %s', async (kind, status, code, message) => {
    const api = await apiWith(async () => refusal(status, code, message));
    const error = await rejected(api.ivs('ListChannels', {}));
    expect(error).toMatchObject({ kind, code, message, status, serverTime: new Date(at) });
  });

  it('says which member is wrong', async () => {
    const api = await apiWith(async () =>
      refusal(400, 'ValidationException', 'too long', { fieldList: [{ name: 'name' }] }),
    );
    expect(await rejected(api.ivs('CreateChannel', { name: 'x' }))).toMatchObject({
      kind: 'invalid',
      field: 'name',
    });
  });

  it.each(['', '<html>', '[]', 'null'])('does not take %j for an answer', async (text) => {
    const api = await apiWith(async () => new Response(text, { status: text === '' ? 502 : 200 }));
    expect((await rejected(api.ivs('ListChannels', {}))).kind).toBe('broken');
  });

  it('tells silence from a refusal, and leaves off when told', async () => {
    const api = await apiWith(() => Promise.reject(new TypeError('refused')));
    expect((await rejected(api.ivs('ListChannels', {}))).kind).toBe('no-answer');
    const stop = new AbortController();
    stop.abort();
    expect(await rejected(api.ivs('ListChannels', {}, stop.signal))).not.toBeInstanceOf(ApiFailure);
  });

  it('learns how far the clocks are apart, but not from a second', async () => {
    let served = 'Sun, 22 Nov 2026 09:00:01 GMT';
    const api = await apiWith(async () => answer(200, {}, { date: served }));
    await api.ivs('ListChannels', {});
    expect(api.clockOffset()).toBe(0);
    served = 'Sun, 22 Nov 2026 08:58:00 GMT';
    await api.ivs('ListChannels', {});
    expect(api.clockOffset()).toBe(-119_500);
  });

  it('collects pages up to a bound', async () => {
    const page = vi.fn(async (token: string | undefined) => ({
      items: [token ?? 'first'],
      nextToken: `after ${token ?? 'first'}`,
    }));
    expect(await everything(page, 3)).toEqual(['first', 'after first', 'after after first']);
    expect(await everything(async () => ({ items: [1], nextToken: '' }))).toEqual([1]);
  });

  it('streams events behind the last one', async () => {
    const asked: string[] = [];
    const api = await apiWith(async (url) => {
      asked.push(String(url));
      return new Response('retry: 1\n\nid: 7\nevent: A\ndata: {}\n\n');
    });
    const seen = [];
    for await (const event of api.events('6', new AbortController().signal)) seen.push(event);
    expect(asked).toEqual(['http://live.example:8080/api/rostrum/v1/events?after=6']);
    expect(seen).toEqual([{ id: '7', event: 'A', data: '{}' }]);
  });
});

describe('signing in', () => {
  const keys = (access: string) =>
    answer(200, {
      accessKeys: [{ accessKeyId: 'OTHER' }, { accessKeyId: 'AKIDEXAMPLE', access, name: 'desk' }],
    });
  const signer = () => signerOf('AKIDEXAMPLE', 'secret');

  it.each(['FULL', 'READ_ONLY'])('finds out that the key is %s', async (access) => {
    const session = await signIn(
      await signer(),
      around(async () => keys(access)),
    );
    expect(session).toMatchObject({ access, keyName: 'desk', region: 'local' });
  });

  it('looks for its own key on later pages', async () => {
    const answers = [answer(200, { accessKeys: [], nextToken: 'n' }), keys('FULL')];
    const fetcher = vi.fn(async () => answers.shift() ?? keys('FULL'));
    expect((await signIn(await signer(), around(fetcher))).access).toBe('FULL');
    expect(fetcher).toHaveBeenCalledTimes(2);
  });

  it('lets keys in that may not ask', async () => {
    const session = await signIn(
      await signer(),
      around(async () => refusal(403, 'AccessDeniedException', 'ivs only')),
    );
    expect(session.access).toBe('UNKNOWN');
  });

  it('uses the region that the server insists on', async () => {
    const fetcher = vi
      .fn<typeof fetch>()
      .mockResolvedValueOnce(
        refusal(
          403,
          'InvalidSignatureException',
          "The Credential must be scoped to the region 'eu-central-1', not 'local'.",
        ),
      )
      .mockResolvedValueOnce(keys('FULL'));
    expect((await signIn(await signer(), around(fetcher))).region).toBe('eu-central-1');
  });

  it('fails as the server says', async () => {
    const error = await rejected(
      signIn(
        await signer(),
        around(async () => refusal(403, 'UnrecognizedClientException', 'x')),
      ),
    );
    expect(error.kind).toBe('unknown-key');
  });
});

describe('events in pieces', () => {
  const text =
    ': hello\r\nid: 1\r\nevent: State\r\ndata: one\r\ndata:two\r\n\r\nid: 2\ndata: x\n\nretry: 5\n\rdata\r\r';
  const wanted = [
    { id: '1', event: 'State', data: 'one\ntwo' },
    { id: '2', event: 'message', data: 'x' },
    { id: '2', event: 'message', data: '' },
  ];

  it('are the same wherever the stream is cut', () => {
    for (let cut = 0; cut <= text.length; cut += 1) {
      const parser = new EventParser();
      expect([...parser.feed(text.slice(0, cut)), ...parser.feed(text.slice(cut))]).toEqual(wanted);
    }
  });

  it('are not kept without bound', () => {
    const parser = new EventParser();
    const long = 'x'.repeat(1 << 19);
    expect(() => {
      for (let i = 0; i < 4; i += 1) parser.feed(`data: ${long}\n`);
    }).toThrow(RangeError);
  });
});
