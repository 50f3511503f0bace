import { Button, Stack, Text, Title } from "@mantine/core";
import { Link, Outlet, useMatches, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useMaybeMe } from "@/api/session";

import { useAction } from "./actions";
import { ConnectionBanner } from "./ConnectionBanner";
import classes from "./Shell.module.css";
import { TopBar } from "./TopBar";

const Modes = lazy(() => loaded(() => import("./Modes")));
const Palette = lazy(() => import("./Palette"));
const PhoneEverywhere = lazy(async () => ({
  default: (await loaded(() => import("@/pages/desk/PhoneEverywhere"))).PhoneEverywhere,
}));
const AGAIN_MS = 1_000;

/** A part that nobody asked for by a click comes as soon as there's a network. */
async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch {
    await new Promise((done) => setTimeout(done, AGAIN_MS));
    return loaded(load);
  }
}

/** What stands around every page: the bar, the banner, the palette, the way past them. */
export function Shell() {
  const { t } = useTranslation("shell");
  const bare = useMatches({ select: (all) => all.some((one) => one.staticData.bare) });
  const me = useMaybeMe();
  const [palette, setPalette] = useState(false);
  useAction({
    label: t("palette"),
    keys: "mod+k",
    group: t("groupApp"),
    enabled: me !== null,
    run: () => setPalette(true),
  });
  const page = useFocusOnArrival();
  return (
    <>
      {!bare && (
        <a className="skip-link" href="#page">
          {t("skip")}
        </a>
      )}
      {!bare && me !== null && <TopBar me={me} openPalette={() => setPalette(true)} />}
      {!bare && <ConnectionBanner />}
      {!bare && me?.scopes.includes("queues.read") && (
        <Suspense>
          <Modes />
        </Suspense>
      )}
      <main id="page" ref={page} tabIndex={-1} className={classes.page} data-bare={bare || undefined}>
        <Outlet />
      </main>
      {!bare && me?.agent && (
        <Suspense>
          <PhoneEverywhere />
        </Suspense>
      )}
      {palette && (
        <Suspense>
          <Palette close={() => setPalette(false)} />
        </Suspense>
      )}
    </>
  );
}

/** Going to another page puts the focus at its beginning: for keyboards and screen readers. */
function useFocusOnArrival() {
  const page = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    page.current?.focus({ preventScroll: true });
  }, [path]);
  return page;
}

/** Every page's name, in the browser's tab and as its heading for screen readers. */
export function PageTitle({ title, count }: { title: string; count?: number }) {
  useEffect(() => {
    document.title = `${count ? `(${count}) ` : ""}${title} · Roost`;
  }, [title, count]);
  return <h1 className="visually-hidden">{title}</h1>;
}

export function LostPage() {
  const { t } = useTranslation("shell");
  return (
    <Stack align="center" p="xl" gap="xs">
      <PageTitle title={t("lost")} />
      <Title order={2}>{t("lost")}</Title>
      <Text c="dimmed">{t("lostMend")}</Text>
      <Button component={Link} to="/" variant="default">
        {t("toStart")}
      </Button>
    </Stack>
  );
}
