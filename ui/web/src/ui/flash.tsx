import { useEffect, useRef, useState } from "react";

/** Flashes once when `value` changes; never on the first sight of it. */
export function Flash({ value, children }: { value: string | number | null | undefined; children: React.ReactNode }) {
  const seen = useRef(value);
  const [flashes, setFlashes] = useState(0);
  useEffect(() => {
    if (seen.current === value) return;
    seen.current = value;
    setFlashes((count) => count + 1);
  }, [value]);
  // A new key starts the animation again.
  return (
    <span key={flashes} className={flashes > 0 ? "flash" : undefined}>
      {children}
    </span>
  );
}
