import { useEffect, useRef, useState, type ReactNode } from 'react';
import { platformError } from '@rostrum/client/platform';
import { Button, Icon, toast } from '@rostrum/ui';
import { platform } from '../../shell/platform';
import { useAccountText } from '../../strings/account';
import { placed } from '../problems';
import { pictureProblem, pictureTypes, uploadProblem } from './upload';

/** Chooses, shows and sends a picture; `show` draws it as it will stand. */
export function PictureUpload({
  path,
  most,
  url,
  hint,
  show,
  onChanged,
  isLine,
}: {
  /** Of the API: "/me/avatar". */
  readonly path: string;
  /** Bytes. */
  readonly most: number;
  readonly url: string;
  readonly hint: string;
  readonly show: (url: string, isBusy: boolean) => ReactNode;
  readonly onChanged: (url: string) => void;
  readonly isLine?: boolean;
}) {
  const words = useAccountText();
  const input = useRef<HTMLInputElement>(null);
  const [preview, setPreview] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  useEffect(() => () => URL.revokeObjectURL(preview), [preview]);
  const send = async (file: File) => {
    setProblem('');
    const wrong = await pictureProblem(file, most, words);
    if (wrong) return setProblem(wrong);
    setPreview(URL.createObjectURL(file));
    setBusy(true);
    try {
      const answer = await platform.put<{ url: string }>(path, file);
      onChanged(answer.url);
      toast(words.uploaded);
    } catch (cause) {
      setProblem(uploadProblem(platformError(cause), most, words));
    }
    setPreview('');
    setBusy(false);
  };
  const remove = async () => {
    setProblem('');
    setBusy(true);
    try {
      await platform.delete(path);
      onChanged('');
      toast(words.pictureRemoved);
    } catch (cause) {
      setProblem(placed(platformError(cause)).text);
    }
    setBusy(false);
  };
  return (
    <div className={isLine ? 'picture-line' : 'setting-means'}>
      {show(preview || url, busy)}
      <div className="setting-means">
        <div className="setting-acts">
          <Button small disabled={busy} onClick={() => input.current?.click()}>
            {busy ? words.uploading : url ? words.uploadOther : words.upload}
          </Button>
          {url && (
            <Button small kind="quiet" disabled={busy} onClick={() => void remove()}>
              {words.remove}
            </Button>
          )}
        </div>
        <p className="field-hint">{hint}</p>
        <div role="alert">
          {problem && (
            <p className="field-error">
              <Icon name="warning" size={16} /> <span>{problem}</span>
            </p>
          )}
        </div>
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={words.upload}
        accept={pictureTypes.join(',')}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) void send(file);
        }}
      />
    </div>
  );
}
