/** Full screen and picture in picture, with the names that iPhones use. */
interface AppleVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
  webkitSupportsFullscreen?: boolean;
}

export const isFull = (host: HTMLElement): boolean => document.fullscreenElement === host;

export const canFull = (video: HTMLVideoElement): boolean =>
  document.fullscreenEnabled || 'webkitEnterFullscreen' in video;

export async function toggleFull(host: HTMLElement, video: AppleVideo): Promise<void> {
  try {
    if (isFull(host)) {
      await document.exitFullscreen();
    } else if (document.fullscreenEnabled) {
      await host.requestFullscreen();
      const orientation = screen.orientation as ScreenOrientation & {
        lock?: (to: string) => Promise<void>;
      };
      if (video.videoWidth > video.videoHeight) await orientation.lock?.('landscape');
    } else {
      video.webkitEnterFullscreen?.();
    }
  } catch {
    // Refused by the browser or the device cannot turn: nothing to tell the viewer.
  }
}

export const canPip = (video: HTMLVideoElement): boolean =>
  document.pictureInPictureEnabled === true && !video.disablePictureInPicture;

export async function togglePip(video: HTMLVideoElement): Promise<void> {
  try {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await video.requestPictureInPicture();
  } catch {
    // As above.
  }
}
