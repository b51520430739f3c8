import { Blank, Skeleton, Tag } from '@rostrum/ui';
import { Trouble } from '../../shell/Trouble';
import { moment } from '../../strings/text';
import { useManagerText } from '../../strings/manager';
import { reports } from '../calls';
import { useAsked } from './useAsked';

/** What viewers reported in this channel. */
export function Reports({ name }: { readonly name: string }) {
  const words = useManagerText();
  const { value, error, again } = useAsked(() => reports(name));
  if (!value && error) return <Trouble error={error} again={again} />;
  if (!value) return <Skeleton width="100%" height="240px" />;
  if (value.length === 0) return <Blank title={words.noReports}>{words.noReportsText}</Blank>;
  return (
    <ul className="report-list">
      {value.map((report) => (
        <li key={report.id}>
          <p className="report-head">
            <strong>{report.person ? words.reportOf(report.person) : words.reportOfChannel}</strong>
            <Tag tone={report.state === 'open' ? 'warning' : 'plain'}>
              {words.reportStates[report.state] ?? report.state}
            </Tag>
          </p>
          <p className="quiet">
            {words.reasons[report.reason] ?? report.reason} ·{' '}
            {words.reportBy(report.by ?? '', moment(report.at))}
          </p>
          {report.text && <blockquote>{report.text}</blockquote>}
          {report.details && <p>{report.details}</p>}
        </li>
      ))}
    </ul>
  );
}
