import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useMemo } from "react";

import { bundleQuery } from "../../api/bundles";
import { configurationQuery, revisionsQuery } from "../../api/configuration";
import { newestCompletedQuery } from "../../api/rollouts";
import type { ConfigDocument } from "../../api/types";
import { BundleLink } from "../../app/links";
import { count } from "../../lib/format";
import { withChange } from "../../lib/search-part";
import { type Compared, type Mark, narrowed, topologyOf } from "../../lib/topology";
import { ActionButton } from "../../ui/action-button";
import { Empty, ErrorPanel, Loading } from "../../ui/feedback";
import { ChoiceFilter, TextFilter } from "../../ui/filters";
import { ListPage, PageHeader, ScrollPage } from "../../ui/page";
import { TopologyList } from "./topology-list";
import classes from "./topology-page.module.css";

const Picture = lazy(async () => ({ default: (await import("./topology-picture")).TopologyPicture }));

const route = getRouteApi("/app/p/$project/topology");

/** Most objects in one picture: above that neither people nor browsers see anything in it. */
const PICTURE_MAX = 500;

/** Where requests go: listeners, services, upstream groups and targets of the configuration. */
export function TopologyPage() {
  const { project } = route.useParams();
  const query = useQuery(configurationQuery(project));
  if (query.data === undefined) {
    return <ScrollPage>{query.isError ? <ErrorPanel error={query.error} what="The topology" onRetry={() => void query.refetch()} /> : <Loading />}</ScrollPage>;
  }
  return <Page project={project} document={query.data} />;
}

function Page({ project, document }: { project: string; document: ConfigDocument }) {
  const { q = "", state, view } = route.useSearch();
  const navigate = route.useNavigate();
  const deployed = useDeployed(project);
  const whole = useMemo(() => topologyOf(document, deployed.compared), [document, deployed.compared]);
  const shown = useMemo(() => narrowed(whole, q, state), [whole, q, state]);
  const tooMany = shown.nodes.length > PICTURE_MAX;
  const asList = view === "list" || tooMany;
  const search = (change: Partial<ReturnType<typeof route.useSearch>>): void => void navigate({ search: (now) => withChange(now, change), replace: true });
  const nothing = Object.keys(document.services ?? {}).length + Object.keys(document.upstream_groups ?? {}).length === 0;
  const toConfiguration = (at?: string): void => void navigate({ to: "/p/$project/configuration", params: { project }, search: at === undefined ? {} : { at } });

  const empty = nothing ? (
    <Empty icon="topology" title="No services yet" action={<ActionButton label="Open the configuration" icon="edit" primary onClick={() => toConfiguration()} />} command={`sentinel-cp config apply -f shop.yaml --project ${project}`}>
      Services, the upstream groups that they go to, and their targets are drawn here as soon as there are some.
    </Empty>
  ) : (
    <Empty icon="search" title="Nothing of the configuration is like that">
      Names, paths, hosts and addresses are looked through.
    </Empty>
  );
  const filters = (
    <>
      <TextFilter value={q} onChange={(next) => search({ q: next === "" ? undefined : next })} placeholder="Filter by name, path, host" main />
      <ChoiceFilter<Mark>
        value={state}
        onChange={(next) => search({ state: next })}
        any="Any state"
        options={[
          { value: "disabled", label: "Disabled" },
          { value: "unused", label: "Not used" },
          ...(deployed.compared === null ? [] : [{ value: "changed" as const, label: "Changed" }]),
        ]}
      />
    </>
  );
  return (
    <ListPage>
      <PageHeader title="Topology" note={<Note project={project} document={document} deployed={deployed} />}>
        <SegmentedControl
          size="xs"
          aria-label="Shown as"
          value={asList ? "list" : "picture"}
          onChange={(next) => search({ view: next === "list" ? "list" : undefined })}
          data={[
            { value: "picture", label: "Picture", disabled: tooMany },
            { value: "list", label: "List" },
          ]}
        />
      </PageHeader>
      {asList && !nothing ? (
        <>
          {tooMany && view !== "list" && <p className={`dim ${classes.remark}`}>{count(shown.nodes.length, "object")} are too many for a picture, which shows {PICTURE_MAX} at most: filter them to see one.</p>}
          <TopologyList topology={shown} toolbar={filters} empty={empty} onOpen={({ id }) => toConfiguration(id)} />
        </>
      ) : (
        <div className={classes.whole}>
          {!nothing && <div className={classes.toolbar}>{filters}</div>}
          <div className={`panel ${classes.canvas}`}>
            {nothing || shown.nodes.length === 0 ? (
              empty
            ) : (
              <Suspense fallback={<Loading />}>
                {/* Another selection is seen from its beginning. */}
                <Picture key={`${state} ${q}`} project={project} topology={shown} />
              </Suspense>
            )}
          </div>
        </div>
      )}
    </ListPage>
  );
}

interface Deployed {
  compared: Compared | null;
  bundle: { id: string; version: string } | null;
  /** Why nothing is compared; null while that is not known. */
  why: string | null;
}

/** What the newest completed rollout has carried, if it was made of this configuration. */
function useDeployed(project: string): Deployed {
  const rollout = useQuery(newestCompletedQuery(project));
  const id = rollout.data?.bundle_id;
  const bundle = useQuery({ ...bundleQuery(project, id ?? ""), enabled: id !== undefined });
  const deployed = bundle.data?.config_revision ?? null;
  const revisions = useQuery({ ...revisionsQuery(project), enabled: deployed !== null });
  const known = revisions.data;
  return useMemo(() => {
    const carried = bundle.data === undefined ? null : { id: bundle.data.id, version: bundle.data.version };
    const not = (why: string | null): Deployed => ({ compared: null, bundle: carried, why });
    if (rollout.data === null) return not("no rollout has completed yet");
    if (carried === null) return not(null);
    if (deployed === null) return not("it was not made of this configuration");
    if (known === null) return not("there are too many objects to look at each");
    return known === undefined ? not(null) : { compared: { revisions: known, deployed }, bundle: carried, why: null };
  }, [rollout.data, bundle.data, deployed, known]);
}

/** How much there is, and what it is compared with. */
function Note({ document, deployed: { compared, bundle, why } }: { project: string; document: ConfigDocument; deployed: Deployed }) {
  const groups = Object.values(document.upstream_groups ?? {});
  const targets = groups.reduce((sum, { targets }) => sum + (targets?.length ?? 0), 0);
  const sizes = [count(Object.keys(document.services ?? {}).length, "service"), count(groups.length, "upstream group"), count(targets, "target")].join(", ");
  return (
    <span className="inline">
      {sizes}.{" "}
      {compared !== null && bundle !== null && (
        <>
          “Changed” is what was changed since <BundleLink id={bundle.id} version={bundle.version} />, which the newest completed rollout has carried.
        </>
      )}
      {why !== null && bundle === null && `What nodes were not given yet is not marked: ${why}.`}
      {why !== null && bundle !== null && (
        <>
          What was changed since <BundleLink id={bundle.id} version={bundle.version} />, which the newest completed rollout has carried, is not marked: {why}.
        </>
      )}
    </span>
  );
}
