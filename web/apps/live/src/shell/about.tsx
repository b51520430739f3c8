/** What this platform is called, looks like and offers. The last known answer serves until the next. */
import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import type { About } from '@rostrum/client/platform';
import { applyBrand } from './brand';
import { platform } from './platform';

const nothingKnown: About = {
  name: 'Rostrum',
  tagline: '',
  logo: '',
  accent: '',
  hasTerms: false,
  hasPrivacy: false,
  registration: true,
  autoVerify: false,
  allowedDomains: [],
  everyoneStreams: true,
  providers: [],
  developmentMailbox: false,
  amazonProducts: false,
  webPush: false,
};
const key = 'rostrum.about';

function remembered(): About {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof kept === 'object' && kept ? { ...nothingKnown, ...kept } : nothingKnown;
  } catch {
    return nothingKnown;
  }
}

const Context = createContext<About>(nothingKnown);

export function AboutProvider({ children }: { readonly children: ReactNode }) {
  const [about, setAbout] = useState(remembered);
  useEffect(() => {
    const asked = new AbortController();
    platform.get<Partial<About>>('/about', { signal: asked.signal }).then(
      (answer) => {
        setAbout({ ...nothingKnown, ...answer });
        try {
          localStorage.setItem(key, JSON.stringify(answer));
        } catch {
          // it is asked for again next time
        }
      },
      () => undefined, // the pages say what does not work
    );
    return () => asked.abort();
  }, []);
  useEffect(() => applyBrand(about), [about]);
  return <Context value={about}>{children}</Context>;
}

/** The platform: its name, colours, and what it offers. */
export const usePlatform = (): About => use(Context);
