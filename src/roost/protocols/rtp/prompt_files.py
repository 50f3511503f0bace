"""How the prompts' folder is laid out: one raw G.711 file a prompt and law, 8 kHz, no header."""

from roost.kernel.ids import PromptId


def file_name(prompt: PromptId, a_law: bool) -> str:
    """A name inside the folder; a prompt's id holds letters, digits, '-' and '/' only."""
    plain = prompt.replace("/", ".")
    assert plain.replace(".", "").replace("-", "").isalnum(), f"no prompt id: {prompt!r}"
    return f"{plain}.{'al' if a_law else 'ul'}"
