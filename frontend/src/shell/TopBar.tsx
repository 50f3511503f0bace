import { Menu, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "@/api/client";
import type { Me } from "@/api/schema.gen";
import { useTable } from "@/feed/hooks";
import {
  IconBell,
  IconCheck,
  IconDeviceDesktop,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUserCircle,
} from "@/parts/icons";
import { Keys } from "@/parts/Keys";
import { useCommand } from "@/parts/useCommand";
import { PLACES, type Place, router } from "@/routes";
import { number } from "@/words/format";
import { type Language, language, setLanguage } from "@/words/i18n";

import { ariaKeys, setSingleKeys, singleKeysOn, useAction } from "./actions";
import classes from "./Shell.module.css";

/** Where one can go, and who one is. */
export function TopBar({ me, openPalette }: { me: Me; openPalette: () => void }) {
  const { t } = useTranslation("shell");
  return (
    <header className={classes.bar}>
      <Link to="/" className={classes.brand}>
        <img src="/roost.svg" width={24} height={24} alt="" />
        Roost
      </Link>
      <nav className={classes.links} aria-label={t("navigation")}>
        {PLACES.filter(({ place }) => place.may(me)).map(({ to, place }) => (
          <PlaceLink key={to} to={to} place={place} />
        ))}
      </nav>
      <span className={classes.spacer} />
      {!PLACES.some(({ place }) => place.counts === "alerts" && place.may(me)) && <RaisedForMe />}
      <button
        type="button"
        className={classes.palette}
        onClick={openPalette}
        aria-keyshortcuts={ariaKeys("mod+k")}
      >
        <IconSearch size={16} />
        <span className={classes.paletteWord}>{t("paletteShort")}</span>
        <Keys keys="mod+k" />
      </button>
      <PersonMenu me={me} />
    </header>
  );
}

function PlaceLink({ to, place }: { to: (typeof PLACES)[number]["to"]; place: Place }) {
  const { t } = useTranslation("shell");
  const navigate = useNavigate();
  const Icon = place.icon;
  const name = t(`place.${place.name}`);
  useAction({
    label: name,
    keys: place.keys,
    group: t("groupGo"),
    run: () => void navigate({ to }),
  });
  return (
    <Link
      to={to}
      className={classes.link}
      data-aside={place.aside}
      aria-keyshortcuts={ariaKeys(place.keys)}
    >
      <Icon />
      {name}
      {place.counts === "alerts" && <Raised />}
    </Link>
  );
}

/** How many alerts are raised: told once when it changes, and nothing that moves. */
function Raised() {
  const { t } = useTranslation("alerts");
  const count = useTable("alerts").size;
  return (
    <span role="status" className={classes.counted}>
      {count > 0 && (
        <span className={`figure ${classes.count}`} title={t("raisedCount", { count })}>
          {number(count)}
          <span className="visually-hidden"> {t("raised")}</span>
        </span>
      )}
    </span>
  );
}

/** For whoever has no place for alerts in the bar: there while one is raised that goes to them. */
function RaisedForMe() {
  const { t } = useTranslation("shell");
  if (useTable("alerts").size === 0) return null;
  return (
    <Link to="/alerts" className={classes.link}>
      <IconBell />
      {t("place.alerts")}
      <Raised />
    </Link>
  );
}

const THEMES: { scheme: MantineColorScheme; icon: typeof IconSun }[] = [
  { scheme: "auto", icon: IconDeviceDesktop },
  { scheme: "light", icon: IconSun },
  { scheme: "dark", icon: IconMoon },
];
const LANGUAGES: { code: Language; name: string }[] = [
  { code: "en", name: "English" },
  { code: "zh", name: "中文" },
];

function PersonMenu({ me }: { me: Me }) {
  const { t } = useTranslation("shell");
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [single, setSingle] = useState(singleKeysOn());
  const signOut = useSignOut();
  const group = t("groupApp");
  const next = language() === "en" ? LANGUAGES[1] : LANGUAGES[0];
  useAction({
    label: t("switchLanguage", { language: next?.name }),
    group,
    run: () => void setLanguage(next?.code ?? "en"),
  });
  useAction({
    label: colorScheme === "dark" ? t("useLight") : t("useDark"),
    group,
    run: () => setColorScheme(colorScheme === "dark" ? "light" : "dark"),
  });
  useAction({ label: t("signOut"), group, run: signOut });
  return (
    <Menu position="bottom-end" width={240} shadow="md">
      <Menu.Target>
        <button type="button" className={classes.who} aria-label={t("person", { name: me.name })}>
          <IconUserCircle />
          <span className={classes.whoName}>{me.name}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t(`role.${me.role}`)}</Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t("theme.label")}</Menu.Label>
        {THEMES.map(({ scheme, icon: Icon }) => (
          <Checked
            key={scheme}
            checked={colorScheme === scheme}
            icon={<Icon size={16} />}
            choose={() => setColorScheme(scheme)}
          >
            {t(`theme.${scheme}`)}
          </Checked>
        ))}
        <Menu.Divider />
        <Menu.Label>{t("language")}</Menu.Label>
        {LANGUAGES.map(({ code, name }) => (
          <Checked
            key={code}
            lang={code}
            checked={language() === code}
            icon={<IconLanguage size={16} />}
            choose={() => void setLanguage(code)}
          >
            {name}
          </Checked>
        ))}
        <Menu.Divider />
        <Checked
          role="menuitemcheckbox"
          checked={single}
          icon={<IconKeyboard size={16} />}
          choose={() => {
            setSingleKeys(!single);
            setSingle(!single);
          }}
        >
          {t("singleKeys")}
        </Checked>
        {PLACES.filter(({ place }) => place.aside && place.may(me)).map(({ to, place }) => (
          <Menu.Item
            key={to}
            className={classes.asideItem ?? ""}
            leftSection={<place.icon size={16} />}
            onClick={() => void router.navigate({ to })}
          >
            {t(`place.${place.name}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t("signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

interface CheckedProps {
  checked: boolean;
  icon: ReactNode;
  choose: () => void;
  children: ReactNode;
  role?: "menuitemradio" | "menuitemcheckbox";
  lang?: string;
}

/** A menu's item that says whether it's chosen; the menu stays open. */
function Checked({ checked, icon, choose, children, role = "menuitemradio", lang }: CheckedProps) {
  return (
    <Menu.Item
      leftSection={icon}
      rightSection={checked ? <IconCheck size={16} /> : undefined}
      closeMenuOnClick={false}
      onClick={choose}
      renderRoot={(props) => <button {...props} role={role} aria-checked={checked} lang={lang} />}
    >
      {children}
    </Menu.Item>
  );
}

function useSignOut(): () => void {
  const out = useCommand(() => api.DELETE("/api/session"), {
    done: () => {
      router.options.context.signedOut();
      void router.navigate({ to: "/sign-in", search: {} });
    },
  });
  return () => out.mutate();
}
