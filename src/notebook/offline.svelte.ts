/** The service worker as the page sees it. */

/** The model's worker waits so long at most, so that what it downloads is kept. */
const PATIENCE_MILLISECONDS = 2500;

class Offline {
  /** It opens without a network. */
  ready = $state(false);
  /** A newer version is here and waits to be taken. */
  update = $state(false);
  /** The host sends no isolation headers; opened again, the page gets them from the service worker. */
  reloadHelps = $state(false);
  #registration: ServiceWorkerRegistration | null = null;

  /** Comes back when requests go through the service worker, or when there is no use in waiting for it. */
  async start(): Promise<void> {
    if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
    const controlled = this.#controlled();
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

  /** Called when the page has time: the rooms that were not entered are kept too. */
  keepRooms() {
    navigator.serviceWorker?.controller?.postMessage('keep the rooms');
  }

  /** Ends this page and opens the new version. What was trained is stored; a step under way would be lost. */
  takeUpdate() {
    navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
    this.#registration?.waiting?.postMessage('take over');
  }

  async #controlled(): Promise<void> {
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
