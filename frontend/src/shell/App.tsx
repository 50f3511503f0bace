import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";

import { ApiProblem, onSignedOut } from "@/api/client";
import { sessionQuery } from "@/api/session";
import { feed } from "@/feed/store";
import { router } from "@/routes";
import { resolver, theme } from "@/theme/theme";

const queries = new QueryClient({
  defaultOptions: {
    mutations: { networkMode: "always" }, // fails at once without a network, in words
    queries: {
      networkMode: "always",
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      retry: (count, error) =>
        count < 2 && !(error instanceof ApiProblem && error.status >= 400 && error.status < 500),
    },
  },
});

/** The session is over, by whoever's doing: the next page is the sign-in, and nothing of the
 * person before stays. */
function signedOut(): void {
  if (queries.getQueryData(sessionQuery.queryKey) !== null) leave();
}

function leave(): void {
  queries.clear();
  queries.setQueryData(sessionQuery.queryKey, null);
  feed.reset();
  void router.invalidate();
}
onSignedOut(signedOut);

async function stillSignedIn(): Promise<void> {
  const options = { ...sessionQuery, staleTime: 0 };
  const before = queries.getQueryData(sessionQuery.queryKey);
  const me = await queries.fetchQuery(options).catch(() => before);
  if (me === null && before !== null) leave();
}
feed.onLoggedOut = signedOut;
feed.onRefused = () => void stillSignedIn();
router.update({ context: { queries, signedOut } });

const schemes = localStorageColorSchemeManager({ key: "roost-theme" });

export function App({ nonce }: { nonce: string }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={resolver}
      colorSchemeManager={schemes}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" limit={3} />
        <RouterProvider router={router} context={{ queries, signedOut }} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
