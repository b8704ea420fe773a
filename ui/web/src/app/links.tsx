import { Link } from "@tanstack/react-router";

import { shortId } from "../lib/format";
import { useProject } from "./workspace";

export function NodeLink({ id, name }: { id: string; name: string | null | undefined }) {
  const project = useProject();
  return (
    <Link to="/p/$project/nodes/$nodeId" params={{ project, nodeId: id }} search={{}} className="link">
      {name ?? shortId(id)}
    </Link>
  );
}

export function BundleLink({ id, version, children }: { id: string; version: string | null | undefined; children?: React.ReactNode }) {
  const project = useProject();
  return (
    <Link to="/p/$project/bundles/$bundleId" params={{ project, bundleId: id }} search={{}} className="link">
      {children ?? version ?? shortId(id)}
    </Link>
  );
}

export function RolloutLink({ id, children }: { id: string; children: React.ReactNode }) {
  const project = useProject();
  return (
    <Link to="/p/$project/rollouts/$rolloutId" params={{ project, rolloutId: id }} search={{}} className="link">
      {children}
    </Link>
  );
}

/** To a place in the configuration, such as `services.shop.hosts[0]`. */
export function ConfigLink({ at, children }: { at: string; children: React.ReactNode }) {
  const project = useProject();
  return (
    <Link to="/p/$project/configuration" params={{ project }} search={{ at }} className="link">
      {children}
    </Link>
  );
}

export function CertificateLink({ slug, children }: { slug: string; children?: React.ReactNode }) {
  const project = useProject();
  return (
    <Link to="/p/$project/certificates/$certificate" params={{ project, certificate: slug }} search={{}} className="link">
      {children ?? slug}
    </Link>
  );
}

export function DriftLink({ id, children }: { id: string; children: React.ReactNode }) {
  const project = useProject();
  return (
    <Link to="/p/$project/drift/$eventId" params={{ project, eventId: id }} search={{}} className="link">
      {children}
    </Link>
  );
}
