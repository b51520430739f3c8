/** The one connection of this app to the platform's API. */
import { createPeople, createPlatform } from '@rostrum/client/platform';

export const platform = createPlatform();
export const people = createPeople(platform);
