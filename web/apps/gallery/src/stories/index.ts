import type { StoryGroup } from '../story';
import { basics } from './basics';
import { fields } from './fields';
import { overlays } from './overlays';

export const groups: readonly StoryGroup[] = [overlays, basics, fields];
