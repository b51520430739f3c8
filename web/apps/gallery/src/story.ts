import type { ReactNode } from 'react';

/** One state of a component. */
export interface Story {
  readonly name: string;
  readonly show: () => ReactNode;
  /** Stands over a picture, as on the channel page. */
  readonly onPicture?: boolean;
  /** Fills a column of this many pixels; otherwise as wide as it likes. */
  readonly width?: number;
}

export interface StoryGroup {
  readonly id: string;
  readonly title: string;
  readonly stories: readonly Story[];
}

export const storyId = (group: StoryGroup, story: Story): string =>
  `${group.id}/${story.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`;
