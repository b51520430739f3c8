/**
 * Starts playback under the browser's rules: with sound if it may, muted if it must. Says how it went;
 * `refused` when not even muted playback is allowed without a gesture.
 */
export type Started = 'playing' | 'muted' | 'refused' | 'interrupted';

export async function startPlayback(video: HTMLVideoElement): Promise<Started> {
  const forbidden = (error: unknown) =>
    error instanceof DOMException && error.name === 'NotAllowedError';
  try {
    await video.play();
    return 'playing';
  } catch (error) {
    if (!forbidden(error)) return 'interrupted';
  }
  if (video.muted) return 'refused';
  video.muted = true;
  try {
    await video.play();
    return 'muted';
  } catch (error) {
    return forbidden(error) ? 'refused' : 'interrupted';
  }
}
