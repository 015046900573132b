/** Single frames out of mp4 files, decoded by WebCodecs; mediabunny is loaded with the first of them. */
import type { Input, VideoSampleSink } from 'mediabunny';
import { BundleError } from './bundleError.ts';
import type { EncodedImage } from './demonstration.ts';

/** Files kept open. */
const MOST_OPEN = 16;
/** Part of a frame's time by which a time stamp may be early, being rounded. */
const ROUNDING = 0.25;

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
   * The frame shown at a time.
   * @param seconds since the video's beginning
   * @param duration of a frame in seconds
   * @throws BundleError naming the file when it is damaged, ends earlier, or its codec is not supported
   */
  async read(path: string, seconds: number, duration: number): Promise<EncodedImage> {
    if (!VideoFrames.supported())
      throw new BundleError(
        path,
        'is video, which only a browser decodes: open the dataset on the page, or convert it with use_videos=False',
      );
    try {
      const { sink } = await this.open(path);
      const sample = await sink.getSample(seconds + ROUNDING * duration);
      if (!sample || sample.timestamp + 2 * duration < seconds) {
        sample?.close();
        throw new BundleError(path, `ends before second ${seconds.toFixed(2)}: export the dataset anew`);
      }
      const canvas = new OffscreenCanvas(sample.displayWidth, sample.displayHeight);
      sample.draw(canvas.getContext('2d')!, 0, 0);
      sample.close();
      const png = await canvas.convertToBlob({ type: 'image/png' });
      return { bytes: new Uint8Array(await png.arrayBuffer()), mime: 'image/png' };
    } catch (error) {
      if (error instanceof BundleError) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      throw new BundleError(path, `is no video that can be decoded (${detail}): export the dataset anew`);
    }
  }

  private open(path: string): Promise<Opened> {
    const known = this.opened.get(path) ?? this.openNew(path);
    this.opened.delete(path);
    this.opened.set(path, known);
    if (this.opened.size > MOST_OPEN) {
      const [oldest, old] = this.opened.entries().next().value!;
      this.opened.delete(oldest);
      old.then(
        ({ input }) => input.dispose(),
        () => undefined,
      );
    }
    return known;
  }

  private async openNew(path: string): Promise<Opened> {
    let input: Input | null = null;
    try {
      const { BlobSource, Input, MP4, VideoSampleSink } = await import('mediabunny');
      input = new Input({ source: new BlobSource(await this.blobOf(path)), formats: [MP4] });
      const track = await input.getPrimaryVideoTrack();
      if (!track) throw new BundleError(path, 'holds no video: export the dataset anew');
      if (!(await track.canDecode()))
        throw new BundleError(
          path,
          `is in ${track.codec ?? 'a codec'} that this browser cannot decode: convert it to H.264 or AV1`,
        );
      return { input, sink: new VideoSampleSink(track) };
    } catch (error) {
      input?.dispose();
      this.opened.delete(path);
      throw error;
    }
  }
}
