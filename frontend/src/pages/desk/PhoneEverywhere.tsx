import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

import type { DeskRow } from "@/api/schema.gen";

import { OfferBar } from "./OfferBar";
import { usePhoneLife } from "./phone";
import classes from "./PhoneEverywhere.module.css";
import { PhoneTrouble } from "./PhoneTrouble";
import { clientStyle } from "./style";
import { useClients, useDeskRow, useDetails } from "./useDesk";

/** The phone in this page goes on whichever page is looked at: it stands, says what's wrong with
 * it, and what rings is answered from there. */
export function PhoneEverywhere() {
  const row = useDeskRow();
  return row ? <Standing row={row} /> : null;
}

function Standing({ row }: { row: DeskRow }) {
  const atDesk = useRouterState({ select: (state) => state.location.pathname === "/desk" });
  usePhoneLife(row);
  useTalkLeadsToDesk(row, atDesk);
  return atDesk ? null : <Elsewhere row={row} />;
}

/** A talk that begins is worked at the desk. Who goes elsewhere meanwhile stays there. */
function useTalkLeadsToDesk(row: DeskRow, atDesk: boolean): void {
  const navigate = useNavigate();
  const talking = row.agent.presence === "talking";
  const before = useRef(talking);
  useEffect(() => {
    if (talking && !before.current && !atDesk) void navigate({ to: "/desk" });
    before.current = talking;
  }, [talking, atDesk, navigate]);
}

function Elsewhere({ row }: { row: DeskRow }) {
  const clients = useClients(row.definitions);
  const details = useDetails(row);
  const client = row.contact ? clients.get(row.contact.client) : undefined;
  return (
    <div className={classes.corner} style={clientStyle(client)}>
      <PhoneTrouble row={row} />
      {row.agent.presence === "offered" && <OfferBar row={row} client={client} details={details} />}
    </div>
  );
}
