import { Modal } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { Reasons } from "@/parts/Reasons";

/** Why a contact went to whom, or to nobody yet. */
export function Why({ reference, close }: { reference: string; close: () => void }) {
  const { t } = useTranslation("floor");
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t("whyOf", { contact: reference })}
      closeButtonProps={{ "aria-label": t("shell:close") }}
    >
      <Reasons reference={reference} />
    </Modal>
  );
}
