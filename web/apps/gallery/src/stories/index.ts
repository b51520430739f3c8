import type { StoryGroup } from '../story';
import { basics } from './basics';
import { chat } from './chat';
import { fields } from './fields';
import { overlays } from './overlays';
import { people } from './people';

export const groups: readonly StoryGroup[] = [overlays, people, basics, fields, chat];
