const PATIENCE_MILLISECONDS = 1000;

/** Calls back once the page shows something, or after a second where the browser does not tell. */
export function afterPaint(then: () => void): void {
  const observer = new PerformanceObserver((list) => {
    if (list.getEntriesByName('first-contentful-paint').length) once();
  });
  const timer = setTimeout(once, PATIENCE_MILLISECONDS);
  observer.observe({ type: 'paint', buffered: true });

  function once() {
    clearTimeout(timer);
    observer.disconnect();
    then();
  }
}
