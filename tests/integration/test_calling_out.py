"""Calls out through trunks: SIPp is the carrier, and so is a second centre that challenges."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from integration.sipp_tools import (
    LOOPBACK,
    NUMBER,
    SCENARIOS,
    Centre,
    centre,
    free_port,
    sipp,
    until,
)
from integration.test_signalling_restarts import Restarting
from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.calls import PhoneCall, Silence
from roost.adapters.phone.phone import Account, Phone
from roost.adapters.telephony.settings import Trunks, TrunkSettings, WayOut
from roost.floor.calls.messages import (
    LegAnswered,
    LegClosed,
    LegConfirmed,
    LegFailed,
    LegHeld,
    LegRang,
    ReceiveCall,
)
from roost.floor.effects import AnswerLeg, AskLeg, DialNumber, EndLeg, RingLeg
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId, ContactId, LegId, MediaId, TrunkId, VaultId, owner_of
from roost.kernel.messages import Command, Effect, VaultPut
from roost.processes.demo.city import City
from roost.protocols.sip.digest import secret_of

GUEST = LegId("C1/g1")
POWER = ClientId("power-grid")
CALLED = VaultId("dialled:C1")
DIAL = DialNumber(GUEST, ContactId("C1"), POWER, MediaId("m1"), CALLED, "", NUMBER)
PASSWORD = "over the phone"
NOBODY = "192.0.2.1"  # TEST-NET-1: calls in come from nowhere


def carrier(name: str, port: int, order: int = 1, username: str = "") -> TrunkSettings:
    out = WayOut(LOOPBACK, port, order=order, username=username, password=PASSWORD)
    return TrunkSettings(TrunkId(name), (NOBODY,), out=out)


@asynccontextmanager
async def calling(*trunks: TrunkSettings) -> AsyncGenerator[Centre]:
    """A centre whose client may call 09315550120 out by these trunks."""
    async with centre(trunks=trunks) as place:
        place.floor.vault.put(VaultPut(CALLED, owner_of(POWER), b"09315550120"))
        yield place


Playing = asyncio.Task[tuple[int, str]]


def sipp_on(port: int, scenario: str | Path, folder: Path) -> Playing:
    return asyncio.create_task(sipp(scenario, None, local_port=port, folder=folder, within_s=20))


def says(port: int, folder: Path, answer: str, cause: str = "SIP") -> Playing:
    """A carrier that gives one answer to every INVITE."""
    text = (SCENARIOS / "says_no.xml").read_text(encoding="utf-8")
    text = text.replace("486 Busy Here", answer).replace("SIP;cause=486", cause)
    scenario = folder / f"says_{answer[:3]}.xml"
    scenario.write_text(text, encoding="utf-8")
    return sipp_on(port, scenario, folder)


async def ends_well(playing: Playing) -> None:
    status, printed = await playing
    assert status == 0, printed


def test_somebody_outside_answers_is_asked_for_and_let_go(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port)) as place:
            far_end = sipp_on(port, "phone", tmp_path)
            place.telephony.perform(DIAL)
            await place.floor.until(LegRang)
            await place.floor.until(LegAnswered)
            assert place.floor.vault.listing(f"dialog:{GUEST}")
            asked = place.telephony.trace(GUEST)[0].text
            assert asked.startswith(f"INVITE sip:09315550120@{LOOPBACK}:{port} SIP/2.0")
            assert f"P-Asserted-Identity: <sip:{NUMBER}@{LOOPBACK}>" in asked
            assert f"From: <sip:{NUMBER}@{LOOPBACK}>;tag=" in asked
            place.telephony.perform(EndLeg(GUEST, Reason.HUNG_UP))
            await ends_well(far_end)
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(GUEST, Blame.US, Reason.HUNG_UP)
            assert place.telephony.figures()["legs"] == 0

    asyncio.run(story())


@pytest.mark.parametrize(
    ("answer", "cause", "blame", "reason"),
    [
        ("486 Busy Here", "SIP;cause=486", Blame.CALLER, Reason.BUSY),
        ("404 Not Found", "SIP;cause=404", Blame.CALLER, Reason.WRONG_NUMBER),
        ("603 Decline", "SIP;cause=603", Blame.CALLER, Reason.REJECTED),
        ("480 Temporarily Unavailable", "SIP;cause=480", Blame.CALLER, Reason.NO_ANSWER),
        ("503 Service Unavailable", "SIP;cause=503", Blame.NETWORK, Reason.UNREACHABLE),
        ("500 Server Error", 'Q.850;cause=1;text="Unallocated"', Blame.CALLER, Reason.WRONG_NUMBER),
    ],
)
def test_nobody_outside_answers(
    tmp_path: Path, answer: str, cause: str, blame: Blame, reason: Reason
) -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port)) as place:
            far_end = says(port, tmp_path, answer, cause)
            place.telephony.perform(DIAL)
            failed = await place.floor.until(LegFailed)
            assert failed == LegFailed(GUEST, blame, reason, int(answer[:3]))
            await ends_well(far_end)

    asyncio.run(story())


def test_ringing_outside_is_given_up(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port)) as place:
            far_end = sipp_on(port, "rings", tmp_path)
            place.telephony.perform(DIAL)
            await place.floor.until(LegRang)
            place.telephony.perform(EndLeg(GUEST, Reason.NO_ANSWER))
            await ends_well(far_end)
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(GUEST, Blame.US, Reason.NO_ANSWER)

    asyncio.run(story())


def test_a_carrier_that_challenges_hears_the_password_only_as_a_digest(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port, username="roost")) as place:
            far_end = sipp_on(port, "challenges", tmp_path)
            place.telephony.perform(DIAL)
            await place.floor.until(LegAnswered)
            place.telephony.perform(EndLeg(GUEST, Reason.HUNG_UP))
            await ends_well(far_end)
            traced = "".join(one.text for one in place.telephony.trace(GUEST))
            assert PASSWORD not in traced

    asyncio.run(story())


def test_without_the_carriers_password_the_call_fails(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port)) as place:
            far_end = says(port, tmp_path, "407 Proxy Authentication Required")
            place.telephony.perform(DIAL)
            failed = await place.floor.until(LegFailed)
            assert isinstance(failed, LegFailed)
            assert failed.status == 407
            await ends_well(far_end)

    asyncio.run(story())


def test_the_next_trunk_where_one_is_out_of_order(tmp_path: Path) -> None:
    async def story() -> None:
        one, other = free_port(), free_port()
        async with calling(carrier("second", other, 2), carrier("first", one, 1)) as place:
            broken = says(one, tmp_path, "503 Service Unavailable")
            far_end = sipp_on(other, "phone", tmp_path)
            place.telephony.perform(DIAL)
            await place.floor.until(LegAnswered)
            assert place.telephony.figures()["trunks_failed"] == 1
            place.telephony.perform(EndLeg(GUEST, Reason.HUNG_UP))
            await ends_well(broken)
            await ends_well(far_end)
            assert not any(isinstance(one, LegFailed) for one in place.floor.commands)

    asyncio.run(story())


def test_the_next_trunk_where_one_says_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        other = free_port()
        async with calling(carrier("silent", free_port()), carrier("second", other, 2)) as place:
            far_end = sipp_on(other, "phone", tmp_path)
            place.telephony.perform(DIAL)
            await place.floor.until(LegAnswered)
            assert place.telephony.figures()["trunks_silent"] == 1
            place.telephony.perform(EndLeg(GUEST, Reason.HUNG_UP))
            await ends_well(far_end)

    asyncio.run(story())


@pytest.mark.parametrize(("wanted", "first"), [("second", "second"), ("in", "first")])
def test_the_contacts_own_trunk_goes_before_the_others(wanted: str, first: str) -> None:
    trunks = Trunks(
        (carrier("second", 2, 2), carrier("first", 1, 1), TrunkSettings(TrunkId("in"), (NOBODY,)))
    )
    able = [str(one.id) for one in trunks.out(TrunkId(wanted))]
    assert (able[0], len(able)) == (first, 2)


def test_a_busy_number_is_busy_by_every_trunk(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port), carrier("other", free_port(), 2)) as place:
            far_end = says(port, tmp_path, "486 Busy Here")
            place.telephony.perform(DIAL)
            failed = await place.floor.until(LegFailed)
            assert failed == LegFailed(GUEST, Blame.CALLER, Reason.BUSY, 486)
            await ends_well(far_end)

    asyncio.run(story())


def test_who_has_no_way_out_hears_so_at_once() -> None:
    async def story() -> None:
        async with centre() as place:
            place.telephony.perform(msgspec.structs.replace(DIAL, listed="09315550120"))
            failed = await place.floor.until(LegFailed)
            assert failed == LegFailed(GUEST, Blame.US, Reason.UNREACHABLE, 503)
            erased = msgspec.structs.replace(DIAL, number=None)
            place.telephony.perform(erased)
            failed = await place.floor.until(LegFailed, 2)
            assert failed == LegFailed(GUEST, Blame.US, Reason.WRONG_NUMBER, 484)

    asyncio.run(story())


def test_a_trunk_over_tcp(tmp_path: Path) -> None:
    async def story() -> None:
        port = free_port()
        out = WayOut(LOOPBACK, port, transport="TCP")
        async with calling(TrunkSettings(TrunkId("city"), (NOBODY,), out=out)) as place:
            options = ("-t", "t1")
            far_end = asyncio.create_task(
                sipp("phone", None, *options, local_port=port, folder=tmp_path, within_s=20)
            )
            await listening(port)
            place.telephony.perform(DIAL)
            await place.floor.until(LegAnswered)
            place.telephony.perform(EndLeg(GUEST, Reason.HUNG_UP))
            await ends_well(far_end)
            await place.floor.until(LegClosed)

    asyncio.run(story())


async def listening(port: int) -> None:
    """Until somebody takes connections there."""
    async with asyncio.timeout(60):
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                return


def test_whom_we_called_holds_us_and_comes_back() -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port)) as place:
            account = Account("office", "", LOOPBACK, place.port)
            office = Phone(account, CellClock(), b"office", lambda: Silence(LOOPBACK, 5004))
            rung: list[PhoneCall] = []

            def answer(call: PhoneCall) -> None:
                rung.append(call)
                call.answer()

            office.on_invite = answer
            await office.start(port=port)
            place.telephony.perform(DIAL)
            await place.floor.until(LegAnswered)
            await rung[0].answered()
            for count, held in enumerate((True, False), 1):
                rung[0].hold(held)
                told = await place.floor.until(LegHeld, count)
                assert told == LegHeld(GUEST, held)
            rung[0].hang_up()
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(GUEST, Blame.CALLER, Reason.HUNG_UP)
            await office.close()

    asyncio.run(story())


# --- another centre is the carrier: early media, SHA-256, hold, a restart ---


def early_then_answered(command: Command, _contact: ContactId | None) -> Sequence[Effect]:
    if isinstance(command, ReceiveCall):
        return (RingLeg(command.leg, early_media=True),)
    return ()


@asynccontextmanager
async def another_centre() -> AsyncGenerator[Centre]:
    """It knows us by our address and by a digest."""
    secret = secret_of("roost", "roost", PASSWORD)
    ours = TrunkSettings(TrunkId("us"), (LOOPBACK,), username="roost", secret=secret)
    async with centre(early_then_answered, trunks=(ours,)) as place:
        yield place


def to_them(port: int) -> TrunkSettings:
    return carrier("them", port, username="roost")


def test_a_centre_calls_another_that_challenges_with_sha_256() -> None:
    async def story() -> None:
        async with another_centre() as them, calling(to_them(them.port)) as us:
            us.telephony.perform(msgspec.structs.replace(DIAL, listed=NUMBER))
            rang = await us.floor.until(LegRang)
            assert rang == LegRang(GUEST, early=True)
            agreed = us.media.agreed[GUEST]
            assert agreed is not None
            assert agreed.sends
            received = await them.floor.until(ReceiveCall)
            assert isinstance(received, ReceiveCall)
            assert received.caller is not None
            assert them.floor.vault.reveal(owner_of(POWER), received.caller) == NUMBER.encode()
            them.telephony.perform(AnswerLeg(received.leg))
            await us.floor.until(LegAnswered)
            await them.floor.until(LegAnswered)
            digests = [
                one.text for one in us.telephony.trace(GUEST) if "\nAuthorization:" in one.text
            ]
            assert digests
            assert "algorithm=SHA-256" in digests[0]
            us.telephony.perform(AskLeg(GUEST))
            await us.floor.until(LegConfirmed)
            them.telephony.perform(EndLeg(received.leg, Reason.FLOW_ENDED))
            closed = await us.floor.until(LegClosed)
            assert closed == LegClosed(GUEST, Blame.CALLER, Reason.HUNG_UP)
            await until(lambda: us.telephony.figures()["dialogs"] == 0)

    asyncio.run(story())


def test_a_number_that_rings_outside_rings_on_over_a_restart() -> None:
    async def story() -> None:
        async with another_centre() as them:
            us = Restarting(trunks=(to_them(them.port),))
            dial = msgspec.structs.replace(DIAL, listed=NUMBER)
            await us.start()
            us.place.telephony.perform(dial)
            await us.place.floor.until(LegRang)
            await us.die()
            telephony = await us.again()
            telephony.perform(msgspec.structs.replace(dial, again=True))
            received = await them.floor.until(ReceiveCall)
            assert isinstance(received, ReceiveCall)
            them.telephony.perform(AnswerLeg(received.leg))
            await us.place.floor.until(LegAnswered)
            assert sum(isinstance(one, ReceiveCall) for one in them.floor.commands) == 1
            await us.die()
            telephony = await us.again()  # up now: its dialog lies in the vault
            telephony.perform(EndLeg(GUEST, Reason.CALLER_LEFT))
            closed = await them.floor.until(LegClosed)
            assert closed == LegClosed(received.leg, Blame.CALLER, Reason.HUNG_UP)
            await us.place.floor.until(LegClosed)
            assert telephony.figures()["legs"] == 0
            await us.close()

    asyncio.run(story())


def test_the_demos_city_is_busy_unknown_or_answers() -> None:
    async def story() -> None:
        port = free_port()
        async with calling(carrier("city", port)) as place:
            city = City(LOOPBACK, place.port)
            await city.start(port)
            for count, (number, reason) in enumerate(
                (("09315550186", Reason.BUSY), ("09315550104", Reason.WRONG_NUMBER)), 1
            ):
                leg = LegId(f"C1/g{count}")
                place.telephony.perform(msgspec.structs.replace(DIAL, leg=leg, listed=number))
                failed = await place.floor.until(LegFailed, count)
                assert isinstance(failed, LegFailed)
                assert (failed.leg, failed.reason) == (leg, reason)
            leg = LegId("C1/g9")
            place.telephony.perform(msgspec.structs.replace(DIAL, leg=leg, listed="13800138000"))
            await place.floor.until(LegAnswered)
            await city.close()
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(leg, Blame.CALLER, Reason.HUNG_UP)

    asyncio.run(story())
