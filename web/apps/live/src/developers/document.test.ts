import { describe, expect, it } from 'vitest';
import { addressOf, curlOf, exampleOf, fits, groupsOf, typeOf } from './document';

const document = {
  paths: {
    '/api/platform/v1/channels/{name}/follow': {
      put: {
        summary: 'Follows a channel',
        tags: ['Channels'],
        parameters: [
          { name: 'name', in: 'path' as const, required: true, schema: { type: 'string' } },
          { name: 'why', in: 'query' as const, schema: { type: 'string' } },
        ],
        responses: { '2XX': {} },
        'x-access': 'signed-in',
      },
    },
    '/api/platform/v1/session': {
      post: {
        summary: 'Signs in',
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['login', 'token'],
                properties: {
                  login: { type: 'string', minLength: 1, maxLength: 256 },
                  token: { type: 'boolean' },
                  other: { type: 'integer' },
                },
              },
            },
          },
        },
        responses: { '2XX': {} },
        'x-access': 'anyone',
      },
    },
  },
};

describe('the document of the API', () => {
  const groups = groupsOf(document);
  const follow = groups[0]!.operations[0]!;
  const signIn = groups[1]!.operations[0]!;

  it('is put into groups', () => {
    expect(groups.map(({ name }) => name)).toEqual(['Channels', 'Platform']);
    expect(fits(follow, 'PUT follow')).toBe(true);
    expect(fits(follow, 'follow session')).toBe(false);
  });

  it('makes addresses that hold what people type', () => {
    expect(addressOf(follow, { name: 'a/b', why: 'x&y' })).toBe(
      '/api/platform/v1/channels/a%2Fb/follow?why=x%26y',
    );
    expect(addressOf(follow, { name: 'ann' })).toBe('/api/platform/v1/channels/ann/follow');
  });

  it('begins with what is required', () => {
    expect(exampleOf(signIn.body!)).toEqual({ login: '', token: false });
    expect(typeOf(signIn.body!.properties!['login']!)).toBe('string, 1–256');
  });

  it('quotes for a terminal', () => {
    const line = curlOf(signIn, signIn.path, `{"login":"o'brien"}`, 'http://h');
    expect(line).toContain(String.raw`-d '{"login":"o'\''brien"}'`);
    expect(line).not.toContain('TOKEN');
    expect(curlOf(follow, '/x', '', 'http://h')).toContain('$TOKEN');
  });
});
