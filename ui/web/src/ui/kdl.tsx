import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";

import type { KdlEditorProps } from "./kdl-editor";

const Editor = lazy(async () => ({ default: (await import("./kdl-editor")).KdlEditor }));

/** The editor for configuration, fetched when first needed. */
export function Kdl(props: KdlEditorProps) {
  return (
    <Suspense fallback={<Skeleton height="100%" radius={0} />}>
      <Editor {...props} />
    </Suspense>
  );
}
