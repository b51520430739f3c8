/**
 * What an area's `pages.ts` gives: for each page how its code is fetched. The page is a component that renders
 * `<Main title=…>` and gets what its address says as props.
 */
import type { ComponentType } from 'react';

export type LoadPage<P = object> = () => Promise<{ readonly default: ComponentType<P> }>;
