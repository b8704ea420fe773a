// Line icons on a 24 grid, one weight.
const PATHS = {
  overview: "M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z",
  bundle: "M12 3l8 4.500v9L12 21l-8-4.500v-9zM4 7.500l8 4.5 8-4.500M12 12v9",
  rollout: "M5 12h14M13 6l6 6-6 6M5 6v12",
  node: "M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01",
  group: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM16.5 13v7M13 16.5h7",
  ticket: "M4 8a2 2 0 0 0 0 4v0a2 2 0 0 1 0 4v2h16v-2a2 2 0 0 1 0-4 2 2 0 0 0 0-4V6H4zM14 6v2M14 11v2M14 16v2",
  key: "M8 19a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM10.9 12.1l8.6-8.6M16.5 6.5l3 3M13.8 9.2l2.2 2.2",
  lock: "M5 11h14v10H5zM8 11V8a4 4 0 0 1 8 0v3M12 15v2.5",
  topology: "M3 9h6v6H3zM15 4h6v6h-6zM15 14h6v6h-6zM9 12h3M12 7v10M12 7h3M12 17h3",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.5 2.7-6 6-6s6 2.5 6 6M16 4.500a3.5 3.5 0 0 1 0 6M17.5 14.500c2.2.8 3.5 2.9 3.5 5.5",
  audit: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h5",
  cluster: "M12 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM5.5 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM18.5 21a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM11 8l-4.3 8M13 8l4.3 8M8 18.500h8",
  environments: "M3 6h5v12H3zM9.5 6h5v12h-5zM16 6h5v12h-5z",
  sandbox: "M4 9h16l-2 11H6zM8 9V6a4 4 0 0 1 8 0M9 14h6",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
  settings: "M4 7h9M17 7h3M15 4.500v5M4 17h3M11 17h9M9 14.500v5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.500L20 20",
  plus: "M12 5v14M5 12h14",
  check: "M5 12.500l4.5 4.500L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  down: "M6 9l6 6 6-6",
  up: "M6 15l6-6 6 6",
  right: "M9 6l6 6-6 6",
  updown: "M8 10l4-4 4 4M8 14l4 4 4-4",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v1.500M12 19.500V21M3 12h1.500M19.5 12H21M5.6 5.600l1.1 1.100M17.3 17.300l1.1 1.100M18.4 5.600l-1.1 1.100M6.7 17.300l-1.1 1.1",
  moon: "M20 14.500A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.500z",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 20c.5-3.5 3.4-6 7-6s6.5 2.5 7 6",
  out: "M14 4h5v16h-5M4 12h10M10 8l4 4-4 4",
  warning: "M12 4l9 16H3zM12 10v4.500M12 17.200h.01",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.500M12 7.800h.01",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.500l12 7.5-12 7.500z",
  stop: "M6 6h12v12H6z",
  back: "M9 7L4 12l5 5M4 12h10a6 6 0 0 1 6 6v1",
  download: "M12 4v11M7 11l5 5 5-5M4 20h16",
  columns: "M4 5h16v14H4zM10 5v14M15 5v14",
  edit: "M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4",
  pin: "M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  shield: "M12 3l8 3v6c0 4.5-3.3 7.8-8 9-4.7-1.2-8-4.5-8-9V6zM8.5 12l2.5 2.5 4.5-5",
  diff: "M6 4v9M2.5 8.500h7M14 16h7M19 4L5 20",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
  more: "M6 11.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1zM12 11.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1zM18 11.5a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1z",
  link: "M10 14a4 4 0 0 0 6 .500l3-3a4 4 0 0 0-5.7-5.700l-1 1M14 10a4 4 0 0 0-6-.500l-3 3a4 4 0 0 0 5.7 5.700l1-1",
  org: "M4 21V5l8-2v18M12 9h8v12M7 8.500h2M7 12.500h2M7 16.500h2M15 13h2M15 17h2M3 21h18",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, className }: { name: IconName; size?: number; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      className={className}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      style={{ flex: "none" }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The product's mark. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 32 32" style={{ flex: "none" }}>
      <rect width="32" height="32" rx="7" fill="#5a55d2" />
      <path d="M16 6l8 3v6.500c0 5-3.3 8.7-8 10.5-4.7-1.8-8-5.5-8-10.500V9z" fill="none" stroke="#fff" strokeWidth="2.2" strokeLinejoin="round" />
      <path d="M12.5 15.800l2.6 2.6 4.6-5" fill="none" stroke="#fff" strokeWidth="2.2" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
