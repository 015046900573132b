/** The service worker as the page sees it. */
import type { Order, Told } from '../offline/messages.ts';

/** The model's worker waits so long at most, so that what it downloads is kept. */
const PATIENCE_MILLISECONDS = 2500;

export class Offline {
  /** It opens without a network. */
  ready = $state(false);
  /** A newer version is here and waits to be taken. */
  update = $state(false);
  /** The host sends no isolation headers; opened again, the page gets them from the service worker. */
  reloadHelps = $state(false);
  /** Names of parts that still need a network, the first time they are used. */
  absent = $state.raw<string[]>([]);
  /** Requests go through the service worker; never where there is none. */
  #controlled: Promise<void> | null = null;
  #registration: ServiceWorkerRegistration | null = null;

  /** Comes back when requests go through the service worker, or when there is no use in waiting for it. */
  async start(): Promise<void> {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<Told>) => this.#hear(data));
    navigator.serviceWorker.startMessages();
    const controlled = (this.#controlled = this.#control());
    try {
      this.#registration = await navigator.serviceWorker.register(new URL('sw.js', document.baseURI));
    } catch {
      return; // Private windows and odd hosts: all works, with a network.
    }
    this.#watch(this.#registration);
    await Promise.race([controlled, new Promise((resolve) => setTimeout(resolve, PATIENCE_MILLISECONDS))]);
    void controlled.then(() => {
      this.ready = true;
      this.reloadHelps = !crossOriginIsolated;
    });
  }

  /** Called when the page has time: what was not used yet is kept too, the large parts last. */
  async keepRest(): Promise<void> {
    const { absent } = await this.#order('say what is absent');
    for (const { name, unasked } of absent) if (unasked) await this.#order({ keep: name });
  }

  /** For those who save data: nothing more is fetched. */
  async lookAround(): Promise<void> {
    await this.#order('say what is absent');
  }

  /** Ends this page and opens the new version. What was trained is stored; a step under way would be lost. */
  takeUpdate() {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    this.#registration?.waiting?.postMessage('take over' satisfies Order);
  }

  async #order(order: Order): Promise<Told> {
    await this.#controlled;
    const { controller } = navigator.serviceWorker ?? {};
    if (!controller) return { absent: [] };
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<Told>) => resolve(data);
      controller.postMessage(order, [port2]);
    });
  }

  #hear({ absent }: Told) {
    this.absent = absent.map(({ name }) => name);
  }

  async #control(): Promise<void> {
    if (navigator.serviceWorker.controller) return;
    await new Promise((resolve) =>
      navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
    );
  }

  #watch(registration: ServiceWorkerRegistration) {
    const look = () => (this.update = registration.waiting !== null && registration.active !== null);
    look();
    registration.addEventListener('updatefound', () =>
      registration.installing?.addEventListener('statechange', look),
    );
  }
}

export const offline = new Offline();
