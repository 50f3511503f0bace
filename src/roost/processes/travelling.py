"""The commands that may come to control from other processes: what people do, and settings.

What signalling, media, timers and reactions say is decided in control itself and never travels.
"""

from typing import Final

from roost.adapters.link.wire import Commands
from roost.floor.agents import messages as agents
from roost.floor.definition import Configure
from roost.floor.modes import messages as modes
from roost.floor.queues import messages as queues
from roost.floor.tasks import messages as tasks

COMMANDS: Final = (
    Configure,
    agents.SignIn,
    agents.SignOut,
    agents.GoReady,
    agents.GoAway,
    agents.TakeOffer,
    agents.DeclineOffer,
    agents.Hold,
    agents.HangUp,
    agents.WrapUp,
    agents.ExtendWrapUp,
    agents.DraftNote,
    agents.CompleteSegment,
    agents.RaiseHand,
    agents.TellTeam,
    agents.BringBack,
    agents.SendHome,
    agents.MoveAgents,
    agents.PutBack,
    agents.Consult,
    agents.Transfer,
    agents.CompleteTransfer,
    agents.Toggle,
    agents.Merge,
    agents.DropParty,
    agents.SendDigits,
    agents.PauseRecording,
    agents.CallOut,
    agents.Watch,
    agents.SetWatch,
    agents.StopWatching,
    agents.TakeOver,
    modes.DeclareMode,
    modes.ExtendMode,
    modes.EndMode,
    queues.ChangePriority,
    tasks.PromiseCallback,
    tasks.TakeTask,
    tasks.DeclineTask,
    tasks.GiveTaskBack,
    tasks.FinishTask,
    tasks.AssignTask,
    tasks.CloseTask,
)


def travelling() -> Commands:
    """For both ends of the link."""
    return Commands(COMMANDS)
