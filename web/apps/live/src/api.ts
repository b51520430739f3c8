import { createApi } from '@rostrum/client';

export const api = createApi();
