"""A softphone that we did not write (PJSUA2), as a program of its own.

Reads one JSON object: {"server": "127.0.0.1:5060", "user": "1001", "password": "…",
"tone": WAV to play, "record": WAV to write, "seconds": how long a call lasts,
"call": URI to call ("" waits for a call), "digits": keys to press, "digits_after": seconds,
"transfer": URI that the transfer key is pressed for, "transfer_after": seconds}.
Prints a JSON line for each thing that happens: registered, ringing, connected, transfer, ended; of
its second line: second connected, second ended.

On its standard input it's pressed, a line each: "hold", "resume", "consult URI" (the second line),
"hold second", "resume second", "join" (its own conference of both), "complete" (REFER with
Replaces), "drop" (hangs the second line up).
"""

import json
import os
import select
import sys
import time

import pjsua2 as pj


def say(what: str, **more: object) -> None:
    print(json.dumps({"event": what, **more}), flush=True)


class Call(pj.Call):
    def __init__(self, phone: "Phone", id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(phone.account, id)
        self.phone = phone
        self.connected_at = 0.0
        self.player: pj.AudioMediaPlayer | None = None
        self.recorder: pj.AudioMediaRecorder | None = None

    def onCallState(self, prm: pj.OnCallStateParam) -> None:  # noqa: N802 - PJSUA2's name
        info = self.getInfo()
        which = "second " if self is self.phone.second else ""
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self.connected_at = time.monotonic()
            say(f"{which}connected")
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            say(f"{which}ended", status=info.lastStatusCode, reason=info.lastReason)
            if which:
                self.phone.gone.append(self)
                self.phone.second = None
            else:
                self.phone.over = True

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:  # noqa: N802
        say("transfer", status=prm.statusCode, reason=prm.reason, final=prm.finalNotify)

    def onCallMediaState(self, prm: pj.OnCallMediaStateParam) -> None:  # noqa: N802
        info = self.getInfo()  # its media are freed with it
        for place, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                audio = self.getAudioMedia(place)
                if self.player is None and self.phone.plan.get("tone"):
                    self.player = pj.AudioMediaPlayer()
                    self.player.createPlayer(self.phone.plan["tone"], 0)
                if self.player is not None:  # after a hold it's another port of its mixer
                    self.player.startTransmit(audio)
                if self.recorder is None and self.phone.plan.get("record"):
                    self.recorder = pj.AudioMediaRecorder()
                    self.recorder.createRecorder(self.phone.plan["record"])
                    audio.startTransmit(self.recorder)


class Account(pj.Account):
    phone: "Phone"

    def onRegState(self, prm: pj.OnRegStateParam) -> None:  # noqa: N802
        say("registered" if prm.code == 200 else "refused", status=prm.code)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:  # noqa: N802
        say("ringing", id=prm.callId)
        answer = pj.CallOpParam()
        answer.statusCode = pj.PJSIP_SC_OK
        self.phone.call = Call(self.phone, prm.callId)
        self.phone.call.answer(answer)


class Phone:
    def __init__(self, plan: dict[str, object]) -> None:
        self.plan = plan
        self.over = False
        self.call: Call | None = None
        self.second: Call | None = None
        self.gone: list[Call] = []  # the library asserts when Python frees its calls
        self.endpoint = pj.Endpoint()
        self.endpoint.libCreate()
        config = pj.EpConfig()
        config.logConfig.level = config.logConfig.consoleLevel = 0
        config.medConfig.noVad = True  # it takes a steady tone for noise, and would fall silent
        config.medConfig.sndAutoCloseTime = -1  # its clock drives all sound, so it must go on
        config.uaConfig.threadCnt = 0
        config.uaConfig.mainThreadOnly = True
        self.endpoint.libInit(config)
        transport = pj.TransportConfig()
        transport.boundAddress = "127.0.0.1"
        self.endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self.endpoint.audDevManager().setNullDev()
        self.endpoint.libStart()
        self.account = Account()
        self.account.phone = self
        self.account.create(self.account_config())

    def account_config(self) -> pj.AccountConfig:
        config = pj.AccountConfig()
        user, server = self.plan["user"], self.plan["server"]
        config.idUri = f"sip:{user}@{server}"
        if self.plan.get("password"):
            config.regConfig.registrarUri = f"sip:{server}"
            secret = pj.AuthCredInfo("digest", "*", str(user), 0, str(self.plan["password"]))
            config.sipConfig.authCreds.append(secret)
        return config

    def pressed(self) -> None:
        """Does what was pressed since the last time."""
        if not select.select([0], [], [], 0)[0]:
            return
        for line in os.read(0, 4_096).decode().splitlines():
            key, _, uri = line.partition(" ")
            first, second = self.call, self.second
            assert first is not None
            if key == "consult":
                self.second = Call(self)
                self.second.makeCall(uri, pj.CallOpParam(True))
            elif key in ("hold", "resume"):
                self.hold(second if uri and second else first, key == "hold")
            elif second is not None and key == "join":
                one, other = first.getAudioMedia(-1), second.getAudioMedia(-1)
                one.startTransmit(other)
                other.startTransmit(one)
            elif second is not None and key == "complete":
                first.xferReplaces(second, pj.CallOpParam(True))
            elif second is not None and key == "drop":
                second.hangup(pj.CallOpParam())

    def hold(self, call: Call, held: bool) -> None:
        if held:
            call.setHold(pj.CallOpParam(True))
            return
        back = pj.CallOpParam(True)
        back.opt.flag = pj.PJSUA_CALL_UNHOLD
        call.reinvite(back)

    def run(self) -> None:
        if self.plan.get("call"):
            self.call = Call(self)
            self.call.makeCall(str(self.plan["call"]), pj.CallOpParam(True))
        digits = str(self.plan.get("digits", ""))
        transfer = str(self.plan.get("transfer", ""))
        deadline = time.monotonic() + 60
        while not self.over and time.monotonic() < deadline:
            self.endpoint.libHandleEvents(20)
            self.pressed()
            call = self.call
            if call is None or not call.connected_at:
                continue
            talked = time.monotonic() - call.connected_at
            if digits and talked > float(self.plan.get("digits_after", 1)):
                call.dialDtmf(digits)
                digits = ""
            if transfer and talked > float(self.plan.get("transfer_after", 1)):
                call.xfer(transfer, pj.CallOpParam(True))
                transfer = ""
            if talked > float(self.plan["seconds"]):
                call.hangup(pj.CallOpParam())
                call.connected_at = 0.0
        for _ in range(20):
            self.endpoint.libHandleEvents(10)
        sys.stdout.flush()
        os._exit(0)  # the library asserts when Python frees its calls


if __name__ == "__main__":
    Phone(json.loads(sys.argv[1])).run()
