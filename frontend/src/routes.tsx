/** Every page, once: its address, who may see it, its place in the navigation, and how it's loaded.
 * A page's code comes with its first visit; only this table and the shell are in the first load. */
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import type { ComponentType } from "react";

import type { Me } from "@/api/schema.gen";
import { sessionQuery } from "@/api/session";
import {
  IconBell,
  IconChartLine,
  IconDeviceTv,
  IconHeadset,
  IconLayoutDashboard,
  IconListSearch,
  type IconProps,
  IconReportAnalytics,
  IconShield,
} from "@/parts/icons";
import { alertsSearch } from "@/pages/alerts/search";
import { auditSearch } from "@/pages/audit/search";
import { contactsSearch } from "@/pages/contacts/search";
import { floorSearch } from "@/pages/floor/search";
import { reportsSearch } from "@/pages/reports/search";
import { simulationSearch } from "@/pages/simulation/search";
import { wallboardSearch } from "@/pages/wallboard/search";
import { LostPage, Shell } from "@/shell/Shell";
import { Trouble } from "@/parts/Trouble";

export interface Context {
  queries: QueryClient;
  signedOut: () => void;
}

/** A page in the navigation. */
export interface Place {
  /** The key of its name in the words of `shell`. */
  name: string;
  icon: ComponentType<IconProps>;
  /** Who may see it. */
  may: (me: Me) => boolean;
  keys: string;
  /** Seldom needed: where the bar is short it's in the person's menu. */
  aside?: boolean;
  /** How many of these call for somebody now. */
  counts?: "alerts";
}

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    place?: Place;
    /** Shown without the shell's bar. */
    bare?: boolean;
  }
  interface Register {
    router: typeof router;
  }
}

const has = (scope: string) => (me: Me) => me.scopes.includes(scope);

const root = createRootRouteWithContext<Context>()({
  component: Shell,
  notFoundComponent: LostPage,
  errorComponent: ({ error, reset }) => <Trouble error={error} again={reset} />,
});

/** Pages that need somebody: without, to the sign-in and back. */
async function needsMe(context: Context, href: string, place?: Place): Promise<void> {
  const me = await context.queries.ensureQueryData(sessionQuery);
  if (me === null) throw redirect({ to: "/sign-in", search: { then: href } });
  if (place !== undefined && !place.may(me)) throw redirect({ to: "/" });
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  staticData: { bare: true },
  validateSearch: (search: Record<string, unknown>): { then?: string } =>
    typeof search.then === "string" && /^\/(?!\/)/.test(search.then) ? { then: search.then } : {},
  component: lazyRouteComponent(() => import("@/pages/sign-in/SignIn"), "SignIn"),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context }) => {
    await needsMe(context, "/");
    const me = await context.queries.ensureQueryData(sessionQuery);
    const seen = PLACES.filter(({ place }) => me !== null && place.may(me));
    const first = seen.find(({ to }) => to === "/floor") ?? seen[0];
    throw redirect({ to: first?.to ?? "/wallboard" });
  },
});

const deskPlace: Place = {
  name: "desk",
  icon: IconHeadset,
  may: (me) => me.agent !== null && has("desk")(me),
  keys: "alt+1",
};
const desk = createRoute({
  getParentRoute: () => root,
  path: "/desk",
  staticData: { place: deskPlace },
  beforeLoad: ({ context, location }) => needsMe(context, location.href, deskPlace),
  component: lazyRouteComponent(() => import("@/pages/desk/Desk"), "Desk"),
});

const floorPlace: Place = {
  name: "floor",
  icon: IconLayoutDashboard,
  may: has("floor.read"),
  keys: "alt+2",
};
const floor = createRoute({
  getParentRoute: () => root,
  path: "/floor",
  staticData: { place: floorPlace },
  validateSearch: floorSearch,
  beforeLoad: ({ context, location }) => needsMe(context, location.href, floorPlace),
  component: lazyRouteComponent(() => import("@/pages/floor/Floor"), "Floor"),
});

const contactsPlace: Place = {
  name: "contacts",
  icon: IconListSearch,
  may: has("contacts.read"),
  keys: "alt+3",
};
const contacts = createRoute({
  getParentRoute: () => root,
  path: "/contacts",
  staticData: { place: contactsPlace },
  validateSearch: contactsSearch,
  beforeLoad: ({ context, location }) => needsMe(context, location.href, contactsPlace),
  component: lazyRouteComponent(() => import("@/pages/contacts/Contacts"), "Contacts"),
});

const reportsPlace: Place = {
  name: "reports",
  icon: IconReportAnalytics,
  may: has("contacts.read"),
  keys: "alt+4",
};
const reports = createRoute({
  getParentRoute: () => root,
  path: "/reports",
  staticData: { place: reportsPlace },
  validateSearch: reportsSearch,
  beforeLoad: ({ context, location }) => needsMe(context, location.href, reportsPlace),
  component: lazyRouteComponent(() => import("@/pages/reports/Reports"), "Reports"),
});

const wallboardPlace: Place = {
  name: "wallboard",
  icon: IconDeviceTv,
  may: has("queues.read"),
  keys: "alt+5",
};
const wallboard = createRoute({
  getParentRoute: () => root,
  path: "/wallboard",
  staticData: { bare: true, place: wallboardPlace },
  validateSearch: wallboardSearch, // a television has no login: the page asks for a code
  component: lazyRouteComponent(() => import("@/pages/wallboard/Wallboard"), "Wallboard"),
});

const alertsPlace: Place = {
  name: "alerts",
  icon: IconBell,
  may: has("floor.read"),
  keys: "alt+6",
  counts: "alerts",
};
const alerts = createRoute({
  getParentRoute: () => root,
  path: "/alerts",
  staticData: { place: alertsPlace },
  validateSearch: alertsSearch,
  // an agent may get alerts as well: the bar then leads here
  beforeLoad: ({ context, location }) => needsMe(context, location.href),
  component: lazyRouteComponent(() => import("@/pages/alerts/Alerts"), "Alerts"),
});

const auditPlace: Place = {
  name: "audit",
  icon: IconShield,
  may: has("audit.read"),
  keys: "alt+7",
  aside: true,
};
const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  staticData: { place: auditPlace },
  validateSearch: auditSearch,
  beforeLoad: ({ context, location }) => needsMe(context, location.href, auditPlace),
  component: lazyRouteComponent(() => import("@/pages/audit/Audit"), "Audit"),
});

const simulationPlace: Place = {
  name: "simulation",
  icon: IconChartLine,
  may: has("simulate"),
  keys: "alt+8",
  aside: true,
};
const simulation = createRoute({
  getParentRoute: () => root,
  path: "/simulation",
  staticData: { place: simulationPlace },
  validateSearch: simulationSearch,
  beforeLoad: ({ context, location }) => needsMe(context, location.href, simulationPlace),
  component: lazyRouteComponent(() => import("@/pages/simulation/Simulation"), "Simulation"),
});

const tree = root.addChildren([
  signIn,
  home,
  desk,
  floor,
  alerts,
  contacts,
  reports,
  wallboard,
  audit,
  simulation,
]);

/** The navigation, in its order; the first that somebody may see is their home. */
export const PLACES = [
  { to: "/desk", place: deskPlace },
  { to: "/floor", place: floorPlace },
  { to: "/alerts", place: alertsPlace },
  { to: "/contacts", place: contactsPlace },
  { to: "/reports", place: reportsPlace },
  { to: "/wallboard", place: wallboardPlace },
  { to: "/simulation", place: simulationPlace },
  { to: "/audit", place: auditPlace },
] as const;

export const router = createRouter({
  routeTree: tree,
  context: undefined as unknown as Context, // given by App
  defaultPreload: "intent",
  defaultPendingMs: 200,
  scrollRestoration: true,
});
