import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { browserHashing, hex, portableHashing, type Hashing } from './hashing';
import { amzDate, rootKey, sign } from './sigv4';

// Requests and signatures of the test suite that AWS publishes, with its example credentials.
const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const rows: readonly (readonly [string, string, string, Record<string, string>, string, string])[] =
  [
    [
      'get-vanilla',
      'GET',
      '/',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      {},
      '',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'get-vanilla-query-order-value',
      'GET',
      '/?Param1=value2&Param1=Value1',
      {},
      '',
      'eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1',
    ],
    [
      'get-vanilla-utf8-query',
      'GET',
      '/?ሴ=bar',
      {},
      '',
      '2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04',
    ],
    [
      'get-unreserved',
      'GET',
      '/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
      {},
      '',
      '07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f',
    ],
    [
      'get-utf8',
      'GET',
      '/ሴ',
      {},
      '',
      '8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85',
    ],
    [
      'get-space',
      'GET',
      '/example space/',
      {},
      '',
      '652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741',
    ],
    [
      'get-slashes',
      'GET',
      '//example//',
      {},
      '',
      '9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84',
    ],
    [
      'get-slash-pointless-dot',
      'GET',
      '/./example',
      {},
      '',
      'ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5',
    ],
    [
      'get-relative',
      'GET',
      '/example/..',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'get-header-value-trim',
      'GET',
      '/',
      { 'my-header1': '  value1', 'my-header2': ' "a   b \t c"' },
      '',
      'acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736',
    ],
    [
      'post-vanilla',
      'POST',
      '/',
      {},
      '',
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'post-header-value-case',
      'POST',
      '/',
      { 'my-header1': 'VALUE1' },
      '',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '/',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ];
const hashings: readonly (readonly [string, () => Promise<Hashing>])[] = [
  ['the browser', async () => browserHashing(webcrypto.subtle as SubtleCrypto)],
  ['a page without it', portableHashing],
];

describe.each(hashings)('signatures with the hashing of %s', (_, make) => {
  it.each(rows)('%s', async (_name, method, target, headers, body, signature) => {
    const hashing = await make();
    const signed = await sign(
      hashing,
      { accessKeyId: 'AKIDEXAMPLE', key: await rootKey(hashing, secret) },
      { method, target, headers, body, host: 'example.amazonaws.com' },
      { region: 'us-east-1', service: 'service' },
      new Date('2015-08-30T12:36:00Z'),
    );
    const names = ['host', 'x-amz-date', ...Object.keys(headers)].sort().join(';');
    expect(signed['x-amz-date']).toBe('20150830T123600Z');
    expect(signed.authorization).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, ' +
        `SignedHeaders=${names}, Signature=${signature}`,
    );
  });

  it('hashes nothing to the known value', async () => {
    expect(hex(await (await make()).sha256(new Uint8Array()))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
  });
});

describe('the key of the browser', () => {
  it('cannot be read again', async () => {
    const key = await rootKey(browserHashing(webcrypto.subtle as SubtleCrypto), secret);
    expect((key as CryptoKey).extractable).toBe(false);
    await expect(webcrypto.subtle.exportKey('raw', key as never)).rejects.toThrow();
  });
});

describe('keys that are derived', () => {
  it('are made anew for another day, region or service', async () => {
    const hashing = await portableHashing();
    const signer = { accessKeyId: 'A', key: await rootKey(hashing, 's') };
    const request = { method: 'GET', host: 'h', target: '/', headers: {}, body: '' };
    const at = (day: string) => new Date(`2026-11-${day}T00:00:00Z`);
    const signatures = [];
    for (const [scope, day] of [
      [{ region: 'a', service: 'ivs' }, '21'],
      [{ region: 'a', service: 'rostrum' }, '21'],
      [{ region: 'b', service: 'ivs' }, '21'],
      [{ region: 'a', service: 'ivs' }, '22'],
      [{ region: 'a', service: 'ivs' }, '21'],
    ] as const) {
      signatures.push((await sign(hashing, signer, request, scope, at(day))).authorization);
    }
    expect(new Set(signatures).size).toBe(4);
    expect(signatures[4]).toBe(signatures[0]);
  });
});

it('writes the time as signatures have it', () => {
  expect(amzDate(new Date('2026-11-22T02:30:05.678Z'))).toBe('20261122T023005Z');
});
