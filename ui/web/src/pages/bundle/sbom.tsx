import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { bundleSbomQuery } from "../../api/bundles";
import type { Bundle } from "../../api/types";
import { count } from "../../lib/format";
import { Id } from "../../ui/copy";
import { saveFile } from "../../ui/export";
import { ErrorPanel, Loading } from "../../ui/feedback";
import { Icon } from "../../ui/icons";
import { Panel } from "../../ui/page";
import classes from "./bundle-page.module.css";

interface Component {
  type?: string;
  name?: string;
  version?: string;
  hashes?: { alg?: string; content?: string }[];
}

/** The parts of a bundle, as its CycloneDX document lists them. */
export function Sbom({ project, bundle }: { project: string; bundle: Bundle }) {
  const query = useQuery(bundleSbomQuery(project, bundle.id));
  if (query.isPending) return <Loading />;
  if (query.isError) return <ErrorPanel error={query.error} what="The bill of materials" onRetry={() => void query.refetch()} />;
  const document = query.data as { components?: Component[]; specVersion?: string };
  const components = Array.isArray(document.components) ? document.components : [];
  return (
    <Panel
      title={count(components.length, "component")}
      aside={
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<Icon name="download" size={13} />}
          onClick={() => saveFile(`${bundle.version}.sbom.cdx.json`, JSON.stringify(query.data, null, 2), "application/vnd.cyclonedx+json")}
        >
          Download CycloneDX {document.specVersion ?? ""}
        </Button>
      }
      flush
    >
      <table className={classes.parts}>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Kind</th>
            <th scope="col">Version</th>
            <th scope="col">SHA-256</th>
          </tr>
        </thead>
        <tbody>
          {components.map((component, index) => {
            const digest = component.hashes?.find((hash) => hash.alg === "SHA-256")?.content;
            return (
              <tr key={`${component.name ?? ""} ${index}`}>
                <th scope="row">{component.name ?? "–"}</th>
                <td className="dim">{component.type ?? "–"}</td>
                <td>{component.version ?? "–"}</td>
                <td>{digest === undefined ? <span className="dim">–</span> : <Id id={digest} what="the digest" />}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Panel>
  );
}
