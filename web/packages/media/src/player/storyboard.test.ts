import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseStoryboard, Storyboard } from './storyboard';

const file = `WEBVTT

00:00.000 --> 00:05.000
thumb0.jpg

00:05.000 --> 01:00.000
thumb1.jpg

1:00:00.000 --> 1:00:05.000
/elsewhere/thumb2.jpg
nonsense
00:99 --> x
`;

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the storyboard', () => {
  it('reads cues and where their pictures are', () => {
    expect(parseStoryboard(file, 'https://a.example/r/x/story.vtt')).toEqual([
      { start: 0, end: 5, url: 'https://a.example/r/x/thumb0.jpg' },
      { start: 5, end: 60, url: 'https://a.example/r/x/thumb1.jpg' },
      { start: 3600, end: 3605, url: 'https://a.example/elsewhere/thumb2.jpg' },
    ]);
    expect(parseStoryboard('', 'https://a.example/')).toEqual([]);
  });

  it('is asked for once, when it is wanted', async () => {
    const fetcher = vi.fn(async () => new Response(file));
    vi.stubGlobal('fetch', fetcher);
    const storyboard = new Storyboard('https://a.example/r/story.vtt');
    expect(fetcher).not.toHaveBeenCalled();
    expect(storyboard.at(3)).toBeNull();
    storyboard.at(3);
    await vi.waitFor(() => expect(storyboard.at(3)?.url).toMatch(/thumb0/));
    expect(fetcher).toHaveBeenCalledTimes(1);
    expect(storyboard.at(59)?.url).toMatch(/thumb1/);
    expect(storyboard.at(4000)?.url).toMatch(/thumb2/);
  });

  it('does without when there is none', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => {
        throw new Error('gone');
      }),
    );
    const storyboard = new Storyboard('https://a.example/r/story.vtt');
    expect(storyboard.at(1)).toBeNull();
    await Promise.resolve();
    expect(storyboard.at(1)).toBeNull();
  });
});
