/** What this browser cannot do, what that means here, and what helps; by asking for the feature, not for the browser's name. */

export interface Lack {
  feature: string;
  /** A sentence or two. */
  words: string;
}

/** What is looked at: window, or something like it in a test. */
export interface BrowserScope {
  navigator: {
    gpu?: unknown;
    userAgent: string;
    storage?: { getDirectory?: unknown };
    serviceWorker?: unknown;
  };
  crossOriginIsolated?: boolean;
  VideoDecoder?: unknown;
  OffscreenCanvas?: unknown;
}

export function browserLacks(scope: BrowserScope): Lack[] {
  const { navigator } = scope;
  const lacks: [missing: boolean, feature: string, words: string][] = [
    [!navigator.gpu, 'WebGPU', `The model runs on the CPU, slower. ${gpuHint(navigator.userAgent)}`],
    [
      !scope.crossOriginIsolated,
      'threads',
      navigator.serviceWorker
        ? 'This host sends no isolation headers, so WebAssembly runs on one thread. Opened again, the page gets them from its service worker.'
        : 'This host sends no isolation headers, so WebAssembly runs on one thread.',
    ],
    [
      !scope.VideoDecoder,
      'WebCodecs',
      'LeRobot’s mp4 videos cannot be read; datasets whose frames are pictures can.',
    ],
    [!scope.OffscreenCanvas, 'OffscreenCanvas', 'There is no 3D view; pictures show the same.'],
    [
      !navigator.serviceWorker,
      'service worker',
      'The page needs a network every time. Private windows often have none.',
    ],
    [
      !navigator.storage?.getDirectory,
      'files of its own',
      'No checkpoint can be downloaded. The embedded one is not concerned.',
    ],
    [!navigator.storage, 'word on storage', 'How much room runs may take is not known.'],
  ];
  return lacks.flatMap(([missing, feature, words]) => (missing ? [{ feature, words }] : []));
}

/** The name is asked for only to say where to look. */
function gpuHint(userAgent: string): string {
  if (/Firefox\//.test(userAgent))
    return 'Firefox has WebGPU on Windows from version 141 and on Apple silicon from 145; elsewhere it is the preference dom.webgpu.enabled.';
  if (/Safari\//.test(userAgent) && !/Chrom/.test(userAgent)) return 'Safari has WebGPU from version 26.';
  return 'Chrome and Edge have it where the graphics driver allows.';
}
