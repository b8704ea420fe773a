import { Anchor } from "@mantine/core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { Link } from "@tanstack/react-router";

import { Empty, ErrorPanel } from "../ui/feedback";
import { ScrollPage } from "../ui/page";

/** A page that failed to load or to draw. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  // After an upgrade the files of the old version are gone; the new page names the new ones.
  const outdated = /dynamically imported module|Importing a module script failed|error loading dynamically/i.test(String(error));
  return (
    <ScrollPage narrow>
      <ErrorPanel
        error={outdated ? new Error("The control plane was upgraded since this page was opened.") : error}
        what="This page"
        onRetry={outdated ? () => location.reload() : reset}
      />
    </ScrollPage>
  );
}

export function RouteMissing() {
  return (
    <ScrollPage>
      <Empty icon="search" title="No such page" action={<Anchor renderRoot={(props) => <Link to="/" {...props} />}>Go to the overview</Anchor>}>
        The address may be mistyped, or what it showed was removed.
      </Empty>
    </ScrollPage>
  );
}
