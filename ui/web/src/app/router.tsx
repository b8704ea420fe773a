// Every address of the UI. Filters, tabs and selections are in the search part, checked here, so that each survives reload
// and sharing; what is not understood is left out.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";

import { sessionQuery } from "../api/session";
import type { BundleStatus, NodeStatus, RolloutState, Slot } from "../api/types";
import { known } from "../lib/search-part";
import { ErrorPanel } from "../ui/feedback";
import { RouteError, RouteMissing } from "./route-error";
import { rememberedProject } from "./remembered";
import { Shell } from "./shell";

type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined);
const one =
  <V extends string>(...allowed: V[]) =>
  (value: unknown): V | undefined =>
    allowed.find((candidate) => candidate === value);
const texts = (value: unknown): string[] | undefined => {
  const list = (Array.isArray(value) ? value : [value]).map(text).filter((item): item is string => item !== undefined);
  return list.length > 0 ? list : undefined;
};

const nodeStatus = one<NodeStatus>("online", "offline", "unknown");
const slot = one<Slot>("blue", "green");
const bundleStatus = one<BundleStatus>("compiled", "revoked");
const rolloutState = one<RolloutState>("pending_approval", "scheduled", "pending", "running", "paused", "rolling_back", "completed", "failed", "cancelled", "rolled_back");
const convergence = one("converged", "converging", "failed");

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  notFoundComponent: RouteMissing,
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (raw: Raw) => known({ next: text(raw.next) }),
  component: lazyRouteComponent(() => import("../pages/session/login-page"), "LoginPage"),
});

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (session === null) {
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: "/login", search: { next: location.href === "/" ? undefined : location.href } });
    }
    return { session };
  },
  component: Shell,
  errorComponent: ({ error, reset }) => <ErrorPanel error={error} what="The UI" onRetry={reset} />,
});

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  beforeLoad: ({ context }) => {
    const project = rememberedProject(context.session);
    // oxlint-disable-next-line typescript/only-throw-error
    throw project === undefined ? redirect({ to: "/welcome" }) : redirect({ to: "/p/$project", params: { project } });
  },
});

const welcomeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/welcome",
  component: lazyRouteComponent(() => import("../pages/project/welcome-page"), "WelcomePage"),
});

const projectRoute = createRoute({ getParentRoute: () => appRoute, path: "/p/$project" });

const overviewRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/overview/overview-page"), "OverviewPage"),
});

const nodesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "nodes",
  validateSearch: (raw: Raw) => known({
    q: text(raw.q),
    status: nodeStatus(raw.status),
    slot: slot(raw.slot),
    environment: text(raw.environment),
    group: text(raw.group),
    labels: text(raw.labels),
    facts: convergence(raw.facts),
    bundle: text(raw.bundle),
  }),
  component: lazyRouteComponent(() => import("../pages/node/node-list-page"), "NodeListPage"),
});

const nodeRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "nodes/$nodeId",
  validateSearch: (raw: Raw) => known({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import("../pages/node/node-page"), "NodePage"),
});

const groupsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "groups",
  component: lazyRouteComponent(() => import("../pages/group/group-page"), "GroupPage"),
});

const simulatorRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "simulator",
  component: lazyRouteComponent(() => import("../pages/simulator/simulator-page"), "SimulatorPage"),
});

const bundlesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "bundles",
  validateSearch: (raw: Raw) => known({ status: bundleStatus(raw.status) }),
  component: lazyRouteComponent(() => import("../pages/bundle/bundle-list-page"), "BundleListPage"),
});

const bundleCreateRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "bundles/new",
  validateSearch: (raw: Raw) => known({ from: text(raw.from) }),
  component: lazyRouteComponent(() => import("../pages/bundle/bundle-create-page"), "BundleCreatePage"),
});

const bundleRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "bundles/$bundleId",
  validateSearch: (raw: Raw) => known({
    tab: text(raw.tab),
    against: text(raw.against),
    layout: one("split", "unified")(raw.layout),
    text: one("written", "compiled")(raw.text),
  }),
  component: lazyRouteComponent(() => import("../pages/bundle/bundle-page"), "BundlePage"),
});

const rolloutsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "rollouts",
  validateSearch: (raw: Raw) => known({ state: rolloutState(raw.state) }),
  component: lazyRouteComponent(() => import("../pages/rollout/rollout-list-page"), "RolloutListPage"),
});

const rolloutCreateRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "rollouts/new",
  validateSearch: (raw: Raw) => known({ bundle: text(raw.bundle), nodes: texts(raw.nodes), groups: texts(raw.groups), environment: text(raw.environment), template: text(raw.template) }),
  component: lazyRouteComponent(() => import("../pages/rollout/rollout-create-page"), "RolloutCreatePage"),
});

const rolloutRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "rollouts/$rolloutId",
  validateSearch: (raw: Raw) => known({ tab: text(raw.tab), step: typeof raw.step === "number" ? raw.step : undefined }),
  component: lazyRouteComponent(() => import("../pages/rollout/rollout-page"), "RolloutPage"),
});

const templatesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "templates",
  component: lazyRouteComponent(() => import("../pages/template/template-list-page"), "TemplateListPage"),
});

const templateCreateRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "templates/new",
  validateSearch: (raw: Raw) => known({ rollout: text(raw.rollout) }),
  component: lazyRouteComponent(() => import("../pages/template/template-form-page"), "TemplateCreatePage"),
});

const templateRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "templates/$templateId",
  component: lazyRouteComponent(() => import("../pages/template/template-form-page"), "TemplateEditPage"),
});

const calendarRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "calendar",
  validateSearch: (raw: Raw) => known({ view: one("month", "week")(raw.view), day: text(raw.day) }),
  component: lazyRouteComponent(() => import("../pages/calendar/calendar-page"), "CalendarPage"),
});

const approvalsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "approvals",
  component: lazyRouteComponent(() => import("../pages/approval/approval-page"), "ApprovalPage"),
});

const freezesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "freezes",
  component: lazyRouteComponent(() => import("../pages/freeze/freeze-page"), "FreezePage"),
});

const configurationRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "configuration",
  validateSearch: (raw: Raw) => known({ as: one("json")(raw.as), at: text(raw.at), view: one("form")(raw.view) }),
  component: lazyRouteComponent(() => import("../pages/configuration/configuration-page"), "ConfigurationPage"),
});

const topologyRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "topology",
  validateSearch: (raw: Raw) => known({ q: text(raw.q), state: one("disabled", "unused", "changed")(raw.state), view: one("list")(raw.view) }),
  component: lazyRouteComponent(() => import("../pages/topology/topology-page"), "TopologyPage"),
});

const secretsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "secrets",
  validateSearch: (raw: Raw) => known({ q: text(raw.q) }),
  component: lazyRouteComponent(() => import("../pages/secret/secret-list-page"), "SecretListPage"),
});

const secretRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "secrets/$secretId",
  validateSearch: (raw: Raw) => known({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import("../pages/secret/secret-page"), "SecretPage"),
});

const certificatesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "certificates",
  validateSearch: (raw: Raw) => known({ q: text(raw.q) }),
  component: lazyRouteComponent(() => import("../pages/certificate/certificate-list-page"), "CertificateListPage"),
});

const certificateRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "certificates/$certificate",
  validateSearch: (raw: Raw) => known({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import("../pages/certificate/certificate-page"), "CertificatePage"),
});

const environmentsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "environments",
  component: lazyRouteComponent(() => import("../pages/environment/environment-page"), "EnvironmentPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "settings",
  component: lazyRouteComponent(() => import("../pages/project/settings-page"), "SettingsPage"),
});

const driftListRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "drift",
  validateSearch: (raw: Raw) => known({
    status: one("active", "alarm", "resolved", "all")(raw.status),
    severity: one("low", "medium", "high", "critical")(raw.severity),
  }),
  component: lazyRouteComponent(() => import("../pages/drift/drift-list-page"), "DriftListPage"),
});

const driftRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "drift/$eventId",
  validateSearch: (raw: Raw) => known({ tab: text(raw.tab) }),
  component: lazyRouteComponent(() => import("../pages/drift/drift-page"), "DriftPage"),
});

const enrolmentRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "enrolment",
  component: lazyRouteComponent(() => import("../pages/enrolment/enrolment-page"), "EnrolmentPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "audit",
  validateSearch: (raw: Raw) => known({
    action: text(raw.action),
    actor: text(raw.actor),
    scope: one("org")(raw.scope),
    entry: typeof raw.entry === "number" ? raw.entry : undefined,
  }),
  component: lazyRouteComponent(() => import("../pages/audit/audit-page"), "AuditPage"),
});

const membersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/o/$org/members",
  component: lazyRouteComponent(() => import("../pages/member/member-page"), "MemberPage"),
});

const apiKeysRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/o/$org/api-keys",
  component: lazyRouteComponent(() => import("../pages/api-key/api-key-page"), "ApiKeyPage"),
});

const clusterRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/cluster",
  component: lazyRouteComponent(() => import("../pages/cluster/cluster-page"), "ClusterPage"),
});

const routeTree = rootRoute.addChildren([
  loginRoute,
  appRoute.addChildren([
    homeRoute,
    welcomeRoute,
    projectRoute.addChildren([
      overviewRoute,
      nodesRoute,
      nodeRoute,
      groupsRoute,
    simulatorRoute,
      bundlesRoute,
      bundleCreateRoute,
      bundleRoute,
      rolloutsRoute,
      rolloutCreateRoute,
      rolloutRoute,
      templatesRoute,
      templateCreateRoute,
      templateRoute,
      calendarRoute,
      approvalsRoute,
      freezesRoute,
      configurationRoute,
      topologyRoute,
      secretsRoute,
      secretRoute,
      certificatesRoute,
      certificateRoute,
      environmentsRoute,
      settingsRoute,
      driftListRoute,
      driftRoute,
      enrolmentRoute,
      auditRoute,
    ]),
    membersRoute,
    apiKeysRoute,
    clusterRoute,
  ]),
]);

export function newRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultPendingMs: 200,
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: RouteMissing,
    scrollRestoration: false,
    // What is typed or opened on one object's page is not there on the next one's.
    defaultRemountDeps: ({ params }) => params,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
