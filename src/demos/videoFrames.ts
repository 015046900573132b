/** Single frames out of mp4 files, decoded by WebCodecs; mediabunny is loaded with the first of them. */
import type { Input, InputVideoTrack, VideoSample, VideoSampleSink } from 'mediabunny';
import { BundleError } from './bundleError.ts';
import type { EncodedImage } from './demonstration.ts';
import { checkMp4Tables } from './mp4Tables.ts';

/** Files kept open. */
const MOST_OPEN = 16;
/** Part of a frame's time by which its time stamp may be late, being rounded. */
const ROUNDING = 0.25;
/** Part of a frame's time beyond which it is another frame. */
const APART = 0.5;

export interface FrameShape {
  /** Of a frame, in seconds. */
  duration: number;
  width: number;
  height: number;
}

interface Opened {
  input: Input;
  sink: VideoSampleSink;
}

export class VideoFrames {
  /** Least recently used first. */
  private readonly opened = new Map<string, Promise<Opened>>();

  constructor(private readonly blobOf: (path: string) => Promise<Blob>) {}

  /** Whether this engine decodes video at all. */
  static supported(): boolean {
    return typeof VideoDecoder !== 'undefined' && typeof OffscreenCanvas !== 'undefined';
  }

  /**
   * The frame of a time.
   * @param seconds since the video's beginning
   * @throws BundleError naming the file when it is damaged, has no frame of this time, one of another size, or its
   * codec is not supported
   */
  async read(path: string, seconds: number, due: FrameShape): Promise<EncodedImage> {
    if (!VideoFrames.supported())
      throw new BundleError(
        path,
        'is video, which only a browser decodes: open the dataset on the page, or convert it with use_videos=False',
      );
    try {
      const { sink } = await this.open(path);
      const sample = await sink.getSample(seconds + ROUNDING * due.duration);
      const wrong = mismatch(sample, seconds, due);
      if (!sample || wrong) {
        sample?.close();
        throw new BundleError(path, `${wrong}: export the dataset anew`);
      }
      const canvas = new OffscreenCanvas(sample.displayWidth, sample.displayHeight);
      sample.draw(canvas.getContext('2d')!, 0, 0);
      sample.close();
      const png = await canvas.convertToBlob({ type: 'image/png' });
      return { bytes: new Uint8Array(await png.arrayBuffer()), mime: 'image/png' };
    } catch (error) {
      if (error instanceof BundleError) throw error;
      // What it has read by now may be half of a table: the next read starts anew.
      this.close(path);
      const detail = error instanceof Error ? error.message : String(error);
      throw new BundleError(path, `is no video that can be decoded (${detail}): export the dataset anew`);
    }
  }

  private open(path: string): Promise<Opened> {
    const known = this.opened.get(path) ?? this.openNew(path);
    this.opened.delete(path);
    this.opened.set(path, known);
    if (this.opened.size > MOST_OPEN) {
      const [oldest] = this.opened.keys();
      this.close(oldest);
    }
    return known;
  }

  private close(path: string): void {
    this.opened.get(path)?.then(
      ({ input }) => input.dispose(),
      () => undefined,
    );
    this.opened.delete(path);
  }

  private async openNew(path: string): Promise<Opened> {
    let input: Input | null = null;
    try {
      const { BlobSource, Input, MP4, VideoSampleSink } = await import('mediabunny');
      const film = await this.blobOf(path);
      await checkMp4Tables(path, film);
      input = new Input({ source: new BlobSource(film), formats: [MP4] });
      const track = await input.getPrimaryVideoTrack();
      if (!track) throw new BundleError(path, 'holds no video: export the dataset anew');
      if (!(await track.canDecode()))
        throw new BundleError(
          path,
          `is in a codec that this browser cannot decode (${await codecOf(track)}): open it in another browser, or ` +
            'convert it to AV1 or H.264',
        );
      return { input, sink: new VideoSampleSink(track) };
    } catch (error) {
      input?.dispose();
      this.opened.delete(path);
      throw error;
    }
  }
}

function mismatch(sample: VideoSample | null, seconds: number, due: FrameShape): string | null {
  const at = `has no frame at second ${seconds.toFixed(2)}`;
  if (!sample) return at;
  const { timestamp, displayWidth: width, displayHeight: height } = sample;
  if (!(Math.abs(timestamp - seconds) <= APART * due.duration))
    return `${at}, the last before it is of second ${timestamp.toFixed(2)}`;
  if (width !== due.width || height !== due.height)
    return `has frames of ${width} x ${height} pixels, where meta/info.json says ${due.width} x ${due.height}`;
  return null;
}

/** As WebCodecs names it with its profile, e.g. avc1.64000a; else the name that the file gives. */
async function codecOf(track: InputVideoTrack): Promise<string> {
  return String((await track.getCodecParameterString()) ?? (await track.getInternalCodecId()) ?? 'unknown');
}
