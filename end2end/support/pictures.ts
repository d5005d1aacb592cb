import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

/** A file as a browser is given it. */
export interface TestFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

type Colour = readonly [red: number, green: number, blue: number];

export const WHITE: Colour = [255, 255, 255];
export const RED: Colour = [220, 30, 30];
const BLUE: Colour = [30, 80, 220];

const RGB = 2;
const GREY = 0;

function chunk(kind: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function png(width: number, height: number, bitDepth: number, colourType: number, rows: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(bitDepth, 8);
  header.writeUInt8(colourType, 9);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A PNG of `colourAt`, with 8 or 16 bits a channel. */
function draw(width: number, height: number, colourAt: (x: number, y: number) => Colour, bitDepth: 8 | 16 = 8): Buffer {
  const bytes = bitDepth / 8;
  const stride = 1 + width * 3 * bytes;
  const rows = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      colourAt(x, y).forEach((value, channel) => {
        const at = y * stride + 1 + (x * 3 + channel) * bytes;
        if (bitDepth === 16) rows.writeUInt16BE(Math.round(value * 257), at);
        else rows.writeUInt8(Math.round(value), at);
      });
    }
  }
  return png(width, height, bitDepth, RGB, rows);
}

/** A disc in the middle, with a soft edge. */
function disc(size: number, colour: Colour, background: Colour): (x: number, y: number) => Colour {
  const radius = size * 0.3;
  return (x, y) => {
    const distance = Math.hypot(x + 0.5 - size / 2, y + 0.5 - size / 2);
    const inside = Math.min(1, Math.max(0, radius - distance + 0.5));
    return colour.map((value, i) => value * inside + background[i] * (1 - inside)) as unknown as Colour;
  };
}

function pngFile(name: string, buffer: Buffer): TestFile {
  return { name, mimeType: 'image/png', buffer };
}

function fixture(name: string, mimeType: string): TestFile {
  return { name, mimeType, buffer: readFileSync(join(__dirname, '../fixtures', name)) };
}

/** What the demo model is sure of. */
export function redCircle(name = 'red-circle.png'): TestFile {
  return pngFile(name, draw(256, 256, disc(256, RED, WHITE)));
}

export function blueCircle(name = 'blue-circle.png'): TestFile {
  return pngFile(name, draw(256, 256, disc(256, BLUE, WHITE)));
}

/** Pictures that are unusual and right: each shows the red circle. */
export function unusualRedCircles(): TestFile[] {
  return [
    pngFile('sixteen-bit.png', draw(256, 256, disc(256, RED, WHITE), 16)),
    fixture('palette.png', 'image/png'),
    fixture('cmyk-adobe.jpg', 'image/jpeg'),
    fixture('cmyk-plain.jpg', 'image/jpeg'),
    fixture('turned.jpg', 'image/jpeg'),
    // The first picture is red, the others are blue.
    fixture('animated.gif', 'image/gif'),
    { ...fixture('circle.webp', 'image/webp'), name: 'photo.jpg', mimeType: 'image/jpeg' },
  ];
}

export function onePixel(): TestFile {
  return pngFile('one-pixel.png', draw(1, 1, () => RED));
}

export function veryTall(): TestFile {
  return pngFile('very-tall.png', draw(1, 20_000, () => RED));
}

export function grey(): TestFile {
  const size = 64;
  const rows = Buffer.alloc(size * (size + 1));
  for (let y = 0; y < size; y++) rows.fill(y * 4, y * (size + 1) + 1, (y + 1) * (size + 1));
  return pngFile('grey.png', png(size, size, 8, GREY, rows));
}

/** Noise does not compress: about `bytes` large. */
export function noise(bytes: number): TestFile {
  const size = Math.ceil(Math.sqrt(bytes / 3));
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  return pngFile('noise.png', draw(size, size, () => [next(), next(), next()]));
}

/** The header claims 50,000 x 50,000 pixels; there are next to no data. */
export function hugeHeader(): TestFile {
  return pngFile('huge.png', png(50_000, 50_000, 8, RGB, Buffer.alloc(1000)));
}

export function textNamedPng(): TestFile {
  return pngFile('notes.png', Buffer.from('These are notes, not a picture.\n'.repeat(20)));
}

/** Cut off in the middle, as an interrupted download is. */
export function truncatedJpeg(): TestFile {
  const whole = fixture('circle.jpg', 'image/jpeg');
  return { ...whole, name: 'truncated.jpg', buffer: whole.buffer.subarray(0, whole.buffer.length / 2) };
}

/** A picture file of `bytes` bytes, too large for a browser protocol message: written to `folder`. */
export function largeFile(folder: string, bytes: number): string {
  const path = join(folder, 'large.png');
  const start = redCircle().buffer;
  writeFileSync(path, Buffer.concat([start, Buffer.alloc(Math.max(0, bytes - start.length))]));
  return path;
}
