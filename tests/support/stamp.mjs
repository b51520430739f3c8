// Reads the wall clock that the test card carries as black and white blocks; the layout is told in
// src/av/stamp.h.
const block = 16;
const columns = 28;
const rows = 2;

/** Where the stamp stands in a picture of the card's size. */
export const stampArea = (height) => ({ x: 16, y: height - 48, width: columns * block, height: rows * block });

function checksum(milliseconds) {
  let crc = 0xff;
  for (let shift = 40n; shift >= 0n; shift -= 8n) {
    crc ^= Number((milliseconds >> shift) & 0xffn);
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : (crc << 1) & 0xff;
  }
  return crc;
}

/**
 * Milliseconds since 1970, or undefined if there is no stamp. `luma(x, y)` gives the brightness
 * (0 to 255) of a pixel, counted from the upper left corner of the stamp.
 */
export function readStamp(luma) {
  let bits = 0n;
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      let sum = 0;
      for (let y = 4; y < 12; y += 1) {
        for (let x = 4; x < 12; x += 1) sum += luma(column * block + x, row * block + y);
      }
      bits = (bits << 1n) | (sum / 64 >= 126 ? 1n : 0n);
    }
  }
  const milliseconds = bits >> 8n;
  return checksum(milliseconds) === Number(bits & 0xffn) ? Number(milliseconds) : undefined;
}

/**
 * The same as a function for the browser's side: readVideoStamp(video) draws the displayed frame
 * and gives its time. Install it with `page.evaluate(browserStampReader)`.
 */
export const browserStampReader = `
  window.readVideoStamp = (() => {
    const block = ${block}, columns = ${columns}, rows = ${rows};
    ${checksum.toString()}
    ${readStamp.toString()}
    const canvas = new OffscreenCanvas(columns * block, rows * block);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    return (video) => {
      const y = video.videoHeight - 48;
      context.drawImage(video, 16, y, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      return readStamp((x, row) => data[(row * canvas.width + x) * 4 + 1]);
    };
  })();
`;
