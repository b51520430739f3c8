/** Who somebody is: coming in, going out, and what keeps them in. */
import type { PlatformApi } from './http';
import type { Begun, Me, SessionInfo, SignedInPlace } from './types';

export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly avatar?: string;
  readonly color?: string;
  readonly language?: string;
}

/** Confirmed: signed in. Otherwise a letter is on its way. */
export type Registered = ({ readonly confirmed: true } & Begun) | { readonly confirmed: false };

export interface People {
  read(signal?: AbortSignal): Promise<SessionInfo>;
  signIn(login: string, password: string): Promise<Begun>;
  signOut(): Promise<void>;
  signOutEverywhere(): Promise<void>;
  sessions(signal?: AbortSignal): Promise<readonly SignedInPlace[]>;
  endSession(id: string): Promise<void>;
  register(registration: Registration): Promise<Registered>;
  verify(code: string): Promise<Begun>;
  resend(email: string): Promise<void>;
  forgot(email: string): Promise<void>;
  reset(code: string, password: string): Promise<void>;
  changePassword(oldPassword: string, newPassword: string): Promise<void>;
  rename(name: string): Promise<Me>;
  changeEmail(email: string, password: string): Promise<void>;
  change(what: {
    readonly avatar?: string;
    readonly color?: string;
    readonly language?: string;
  }): Promise<Me>;
  remove(password: string): Promise<void>;
  pending(): Promise<{
    readonly email: string;
    readonly suggestedName: string;
    readonly provider: string;
  }>;
  finish(name: string): Promise<Begun>;
}

export function createPeople(api: PlatformApi): People {
  /** Whoever comes in gets a new token. */
  const begun = async <T extends { readonly csrfToken: string }>(
    answer: Promise<T>,
  ): Promise<T> => {
    const value = await answer;
    api.setToken(value.csrfToken);
    return value;
  };
  return {
    read: (signal) => begun(api.get<SessionInfo>('/session', { signal })),
    signIn: (login, password) => begun(api.post<Begun>('/session', { login, password })),
    signOut: () => api.delete('/session'),
    signOutEverywhere: () => api.delete('/sessions'),
    sessions: async (signal) =>
      (await api.get<{ sessions: SignedInPlace[] }>('/sessions', { signal })).sessions,
    endSession: (id) => api.delete(`/sessions/${encodeURIComponent(id)}`),
    register: async (registration) => {
      const answer = await api.post<Registered>('/accounts', registration);
      if (answer.confirmed) api.setToken(answer.csrfToken);
      return answer;
    },
    verify: (code) => begun(api.post<Begun>('/accounts/verify', { code })),
    resend: (email) => api.post('/accounts/verify/resend', { email }),
    forgot: (email) => api.post('/password/forgot', { email }),
    reset: (code, password) => api.post('/password/reset', { code, password }),
    changePassword: async (oldPassword, newPassword) => {
      await begun(api.post<{ csrfToken: string }>('/me/password', { oldPassword, newPassword }));
    },
    rename: async (name) => (await api.put<{ account: Me }>('/me/name', { name })).account,
    changeEmail: (email, password) => api.put('/me/email', { email, password }),
    change: async (what) => (await api.patch<{ account: Me }>('/me', what)).account,
    remove: (password) => api.delete('/me', { password }),
    pending: () => api.get('/oidc/pending'),
    finish: (name) => begun(api.post<Begun>('/oidc/finish', { name })),
  };
}
