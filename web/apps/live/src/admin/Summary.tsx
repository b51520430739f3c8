import { useEffect } from 'react';
import { ButtonLink, Skeleton } from '@rostrum/ui';
import { to } from '../routes';
import { useFeed } from '../shell/feed';
import { platform } from '../shell/platform';
import { Trouble } from '../shell/Trouble';
import { useAsked } from '../shell/useAsked';
import { useAdminText } from '../strings/admin';
import { number } from '../strings/text';

interface Numbers {
  readonly accounts: number;
  readonly live: number;
  readonly viewers: number;
  readonly openReports: number;
  readonly suspended: number;
}
const everyMs = 15_000;

export function Summary() {
  const words = useAdminText();
  const { value, error, again } = useAsked('summary', (signal) =>
    platform.get<Numbers>('/admin/summary', { signal }),
  );
  useFeed({ directory: again, again });
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') again();
    }, everyMs);
    return () => clearInterval(timer);
  }, [again]);
  const facts: readonly (readonly [keyof Numbers, string, string])[] = [
    ['live', words.live, `${to.admin('channels')}?live=true`],
    ['viewers', words.viewers, `${to.admin('channels')}?live=true`],
    ['accounts', words.accounts, to.admin('people')],
    ['openReports', words.openReports, to.admin('reports')],
    ['suspended', words.suspendedCount, `${to.admin('people')}?state=suspended`],
  ];
  return (
    <>
      <Trouble error={error} again={again} />
      {(value || !error) && (
        <div className="facts-grid">
          {facts.map(([key, label, href]) => (
            <a key={key} className="fact-card" href={href}>
              <span className="fact-number">
                {value ? number(value[key]) : <Skeleton width="64px" height="40px" />}
              </span>
              <span className="quiet">{label}</span>
            </a>
          ))}
        </div>
      )}
      {value && value.openReports > 0 && (
        <div className="door-note">
          <p>{words.openSince(value.openReports)}</p>
          <ButtonLink small kind="primary" href={to.admin('reports')}>
            {words.toReports}
          </ButtonLink>
        </div>
      )}
    </>
  );
}
