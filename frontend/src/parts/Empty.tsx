import { Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

/** Where there's nothing to show: says so, and what would bring something. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap={4} p="xl">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text c="dimmed" ta="center" maw={420}>
          {children}
        </Text>
      )}
    </Stack>
  );
}
