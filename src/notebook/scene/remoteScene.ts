/** A 3D view in a worker of its own, which lives as long as its canvas. */
import * as Comlink from 'comlink';
import type { SceneWorker } from './sceneWorker.ts';

export type RemoteScene = Comlink.Remote<SceneWorker>;

export interface OpenScene {
  /** Rejects with a sentence for the visitor where nothing can be drawn. */
  ready: Promise<RemoteScene>;
  /** Gives back everything on the GPU, then ends the worker. */
  close(): void;
}

const NO_WEBGL = 'This browser gives no WebGL 2 here, so there is no 3D view. The picture shows the same.';
const NOT_LOADED = 'The 3D view could not be loaded: check the connection and open it again.';

/** @param canvas not yet drawn on; only once for each canvas */
export function openScene(canvas: HTMLCanvasElement): OpenScene {
  const worker = new Worker(new URL('./sceneWorker.ts', import.meta.url), { type: 'module', name: 'scene' });
  const scene = Comlink.wrap<SceneWorker>(worker);
  const ready = new Promise<RemoteScene>((resolve, reject) => {
    const refuse = (sentence: string) => (cause: unknown) => reject(new Error(sentence, { cause }));
    worker.addEventListener('error', refuse(NOT_LOADED));
    try {
      const offscreen = canvas.transferControlToOffscreen();
      scene.start(Comlink.transfer(offscreen, [offscreen])).then(() => resolve(scene), refuse(NO_WEBGL));
    } catch (error) {
      refuse(NO_WEBGL)(error);
    }
  });
  return { ready, close: () => void scene.dispose().finally(() => worker.terminate()) };
}
