import { useTranslation } from "react-i18next";

import { useTable } from "@/feed/hooks";
import { PageTitle } from "@/shell/Shell";

export function Wallboard() {
  const { t } = useTranslation("shell");
  const totals = useTable("queues");
  return (
    <div>
      <PageTitle title={t("place.wallboard")} />
      <span className="figure">{totals.size}</span>
    </div>
  );
}
