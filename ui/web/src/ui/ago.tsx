import { Tooltip } from "@mantine/core";

import { useAgo } from "../lib/clock";
import { exact } from "../lib/time";

/** A moment as its age, with the exact time and zone on hover. */
export function Ago({ at, prefix = "" }: { at: string | null | undefined; prefix?: string }) {
  if (!at) return <span className="dim">never</span>;
  return <KnownAgo at={at} prefix={prefix} />;
}

function KnownAgo({ at, prefix }: { at: string; prefix: string }) {
  const age = useAgo(at);
  return (
    <Tooltip label={exact(at)}>
      <time dateTime={at} className="nowrap">
        {prefix}
        {age}
      </time>
    </Tooltip>
  );
}
