import { ActionIcon, Menu } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { ContactRow } from "@/api/schema.gen";
import { useMay } from "@/api/session";
import { useTable } from "@/feed/hooks";
import {
  IconArrowBackUp,
  IconChevronDown,
  IconChevronUp,
  IconDots,
  IconInfoCircle,
  IconStar,
} from "@/parts/icons";

import { isRaised, signed, useRaise } from "./moves";

const MOST = 100;

interface Props {
  row: ContactRow;
  why: (ref: string) => void;
}

/** Why a contact is where it is; and while it waits, who goes before it. */
export function ContactMenu({ row, why }: Props) {
  const { t } = useTranslation("floor");
  const may = useMay();
  const raise = useRaise();
  const rows = useTable("contacts");
  const raised = row.raised ?? null;
  const to = (value: number) =>
    raise.mutate({ ref: row.ref, raised: Math.max(-MOST, Math.min(MOST, value)) });
  return (
    <Menu position="bottom-end" width={230} shadow="md" withinPortal>
      <Menu.Target>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          aria-label={t("whatToDo", { contact: row.ref })}
        >
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{row.ref}</Menu.Label>
        <Menu.Item leftSection={<IconInfoCircle size={16} />} onClick={() => why(row.ref)}>
          {row.state === "waiting" ? t("whyNobody") : t("whyThisOne")}
        </Menu.Item>
        {raised !== null && may("floor.command") && (
          <>
            <Menu.Divider />
            <Menu.Label>{t("priorityNow", { raised: signed(raised) })}</Menu.Label>
            <Menu.Item
              leftSection={<IconStar size={16} />}
              onClick={() => to(first(rows.values()) + 1)}
            >
              {t("putFirst")}
            </Menu.Item>
            <Menu.Item leftSection={<IconChevronUp size={16} />} onClick={() => to(raised + 1)}>
              {t("raiseByOne")}
            </Menu.Item>
            <Menu.Item leftSection={<IconChevronDown size={16} />} onClick={() => to(raised - 1)}>
              {t("lowerByOne")}
            </Menu.Item>
            {isRaised(row) && (
              <Menu.Item
                leftSection={<IconArrowBackUp size={16} />}
                onClick={() => to(row.own ?? 0)}
              >
                {t("asItWas", { raised: signed(row.own ?? 0) })}
              </Menu.Item>
            )}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The highest raise among those who wait. */
function first(rows: Iterable<ContactRow>): number {
  let most = 0;
  for (const row of rows) most = Math.max(most, row.raised ?? 0);
  return most;
}
