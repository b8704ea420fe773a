import "@testing-library/jest-dom/vitest";

import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

afterEach(cleanup);

/** What the component library asks of a browser and jsdom does not have. */
function fillIn(): void {
  const never = { matches: false, onchange: null, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} };
  window.matchMedia ??= (media: string) => ({ ...never, media, dispatchEvent: () => false }) as MediaQueryList;
  globalThis.ResizeObserver ??= class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  Element.prototype.scrollIntoView ??= () => {};
  // Fields that grow with their text wait for fonts.
  Object.defineProperty(document, "fonts", { value: new EventTarget(), configurable: true });
}

// Some tests run without a browser's document.
if (typeof window !== "undefined") fillIn();
