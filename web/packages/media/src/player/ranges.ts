/** Small holes between appended pieces are played over by every browser. */
const hole = 0.15;

/** End of the buffered stretch the playhead is in; the playhead itself where nothing is buffered. */
export function bufferedEnd(video: {
  readonly buffered: TimeRanges;
  readonly currentTime: number;
}): number {
  const { buffered, currentTime } = video;
  let end = currentTime;
  for (let i = 0; i < buffered.length; ++i) {
    if (buffered.start(i) <= end + hole && buffered.end(i) > end) end = buffered.end(i);
  }
  return end;
}
