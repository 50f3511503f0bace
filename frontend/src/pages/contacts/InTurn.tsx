import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";

import type { Contact, InTurn as Turn } from "@/api/schema.gen";
import { moment } from "@/words/format";

import classes from "./Contacts.module.css";

/** A promised call: the contact in which it was promised, and each try, which is one too. */
export function InTurn({ contact, turn }: { contact: Contact; turn: Turn }) {
  const { t } = useTranslation("contacts");
  const here = contact.summary.ref;
  return (
    <ul className={classes.work}>
      {turn.first !== null && (
        <li>
          <One reference={turn.first} here={here} /> <span>{t("promised")}</span>
        </li>
      )}
      {turn.tries.map((one) => (
        <li key={one.ref}>
          <One reference={one.ref} here={here} />{" "}
          <span>
            {t(`callback.${one.outcome}`, { defaultValue: one.outcome })}{" "}
            <small>{moment(one.ended ?? one.promised)}</small>
          </span>
        </li>
      ))}
    </ul>
  );
}

function One({ reference, here }: { reference: string; here: string }) {
  if (reference === here) return <b aria-current="page">{reference}</b>;
  return (
    <Link to="/contacts" search={{ open: reference }}>
      {reference}
    </Link>
  );
}
