import { Fragment } from 'react';
import type { rostrum } from '@rostrum/client/api';
import type { EncoderRow } from '@rostrum/client/health';
import { CopyText } from '../CopyText/CopyText';
import { bitrate } from '../format';
import { Icon } from '../Icon/Icon';
import { Tag } from '../Tag/Tag';
import { useHealthText } from './strings';
import './Encoder.css';

/** What the encoder sends, each value with a warning beside it where it needs one. */
export function Encoder({ rows }: { readonly rows: readonly EncoderRow[] }) {
  const words = useHealthText();
  if (rows.length === 0) return <p className="quiet">{words.noEncoder}</p>;
  return (
    <dl className="rows">
      {rows.map((row) => (
        <div key={row.name}>
          <dt>{words.rows[row.name]}</dt>
          <dd>
            <span className={row.warning ? 'encoder-value warned' : 'encoder-value'}>
              <CopyText value={row.value} name={words.rows[row.name]} />
            </span>
            {row.warning && (
              <p className="encoder-warning">
                <Icon name="warning" size={16} /> <span>{words.warnings[row.warning]}</span>
              </p>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** What the server had to mend, and what the encoder says of itself. */
export function Repairs({ report }: { readonly report: rostrum.StreamHealthReport }) {
  const words = useHealthText();
  const own = Object.entries(words.encoderWords).flatMap(([name, label]) => {
    const value = report.encoderFigures?.[name as keyof rostrum.EncoderFigures];
    return value === undefined
      ? []
      : [{ label, value: name.endsWith('Ms') ? `${value} ms` : `${value}` }];
  });
  return (
    <>
      <dl className="figures repairs">
        {Object.entries(words.repairWords).map(([name, label]) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd>{report.repairs?.[name as keyof rostrum.StreamRepairs] ?? 0}</dd>
          </div>
        ))}
      </dl>
      {own.length > 0 && (
        <>
          <h3 className="small-title">{words.encoderSide}</h3>
          <dl className="rows">
            {own.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </>
  );
}

export function Renditions({ list }: { readonly list: rostrum.RenditionHealthList }) {
  const words = useHealthText();
  return (
    <dl className="rows">
      {list.map((one) => (
        <Fragment key={one.name}>
          <div>
            <dt>{one.height ? `${one.height}p` : one.name}</dt>
            <dd className="rendition">
              <span>
                {[
                  ...(one.bitrate ? [bitrate(one.bitrate)] : []),
                  ...(one.frameRate ? [words.fps(one.frameRate)] : []),
                ].join(', ')}
              </span>
              <Tag tone={one.state === 'SHED' ? 'warning' : 'plain'}>
                {words.renditionStates[one.state]}
              </Tag>
            </dd>
          </div>
        </Fragment>
      ))}
    </dl>
  );
}
