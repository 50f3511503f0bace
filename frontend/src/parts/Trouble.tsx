import { Button, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { ApiProblem } from "@/api/client";
import { IconAlertTriangle } from "@/parts/icons";

interface Props {
  error: unknown;
  again?: () => void;
}

/** What happened, what it means, what to do: in the place of what couldn't be shown. */
export function Trouble({ error, again }: Props) {
  const { t } = useTranslation("shell");
  const problem = error instanceof ApiProblem ? error : undefined;
  return (
    <Stack align="center" gap="xs" p="xl" role="alert">
      <IconAlertTriangle size={28} />
      <Title order={2}>{problem?.title ?? t("fault")}</Title>
      <Text c="dimmed" ta="center" maw={460}>
        {problem?.mend ?? t("faultMend")}
      </Text>
      {again && (
        <Button variant="default" onClick={again}>
          {t("again")}
        </Button>
      )}
    </Stack>
  );
}
